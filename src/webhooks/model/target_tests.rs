//! Odd URLs and addresses, and what becomes of each.

use super::*;

fn reach(http: bool, networks: &[&str], ports: &[u16]) -> WebhookReach {
    let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    WebhookReach { http, networks, ports: ports.to_vec(), ..WebhookReach::default() }
}

fn refused(url: &str) -> BadTarget {
    Target::parse(url, &WebhookReach::default()).expect_err(url)
}

#[test]
fn public_hosts_on_the_usual_ports_are_fine() {
    for (url, host) in [
        ("https://hooks.company.example/a?b=c", "hooks.company.example"),
        ("HTTPS://Hooks.Company.example", "hooks.company.example"),
        ("https://hooks.company.example:8443/", "hooks.company.example"),
        ("https://hooks.company.example:443/", "hooks.company.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://8.8.8.8/", "8.8.8.8"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("https://localhost.company.example/", "localhost.company.example"),
        ("https://mylocalhost/", "mylocalhost"),
    ] {
        let target = Target::parse(url, &WebhookReach::default()).expect(url);
        assert_eq!(target.host(), host, "{url}");
    }
}

#[test]
fn addresses_are_judged_as_what_they_are_however_they_are_written() {
    for (host, address) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("10.1", "10.0.0.1"),
        ("169.254.169.254", "169.254.169.254"),
        ("2852039166", "169.254.169.254"),
        ("[::]", "::"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("[::ffff:a9fe:a9fe]", "::ffff:a9fe:a9fe"),
        ("[::127.0.0.1]", "::7f00:1"),
        ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
        ("[fe80::1]", "fe80::1"),
    ] {
        let url = format!("https://{host}/hook");
        let BadTarget::LocalAddress(found) = refused(&url) else { panic!("{url}: {}", refused(&url)) };
        assert_eq!(found, address.parse::<IpAddr>().unwrap(), "{url}");
    }
}

#[test]
fn each_other_fault_is_told_as_what_it_is() {
    let local = |host: &str| BadTarget::LocalName(host.to_owned());
    for (url, fault) in [
        ("http://hooks.company.example/", BadTarget::Scheme { http: false }),
        ("ftp://hooks.company.example/", BadTarget::Scheme { http: false }),
        ("file:///etc/passwd", BadTarget::Scheme { http: false }),
        ("javascript:alert(1)", BadTarget::Scheme { http: false }),
        ("", BadTarget::NoUrl),
        ("hooks.company.example", BadTarget::NoUrl),
        ("//hooks.company.example/", BadTarget::NoUrl),
        ("https://", BadTarget::NoUrl),
        ("https://.example.com/", BadTarget::NoUrl),
        ("https://hooks..example/", BadTarget::NoUrl),
        ("https://a23456789012345678901234567890123456789012345678901234567890123b.example/", BadTarget::NoUrl),
        ("https://256.256.256.256/", BadTarget::NoUrl),
        ("https://1.2.3.4.5/", BadTarget::NoUrl),
        ("https://[fe80::1%25eth0]/", BadTarget::NoUrl),
        ("https://[::1/", BadTarget::NoUrl),
        ("https://hooks.company.example:99999/", BadTarget::NoUrl),
        ("https://user:word@hooks.company.example/", BadTarget::UserInfo),
        ("https://hooks.company.example@127.0.0.1/", BadTarget::UserInfo),
        ("https://@hooks.company.example/", BadTarget::UserInfo),
        ("https://:@hooks.company.example/", BadTarget::UserInfo),
        ("https://hooks.company.example/#part", BadTarget::Fragment),
        ("https://hooks.company.example/#", BadTarget::Fragment),
        ("https://hooks.company.example:80/", BadTarget::Port(80)),
        ("https://hooks.company.example:22/", BadTarget::Port(22)),
        ("https://hooks.company.example:0/", BadTarget::Port(0)),
        ("https://127.0.0.1:8080/", BadTarget::Port(8080)),
        ("https://hooks.company.example/a b", BadTarget::OddCharacters),
        ("https://hooks.company.example/\u{202e}ab", BadTarget::OddCharacters),
        ("https://hooks.company.example/\r\nHost: other", BadTarget::OddCharacters),
        ("https://hooks.company.example\\@127.0.0.1/", BadTarget::OddCharacters),
        ("https:\\\\127.0.0.1/", BadTarget::OddCharacters),
        ("https://localhost/", local("localhost")),
        ("https://LOCALHOST./", local("localhost.")),
        ("https://hooks.localhost/", local("hooks.localhost")),
        ("https://printer.local/", local("printer.local")),
        ("https://metadata.google.internal/", local("metadata.google.internal")),
        ("https://internal/", local("internal")),
    ] {
        assert_eq!(refused(url), fault, "{url}");
    }
    assert_eq!(refused(&format!("https://hooks.company.example/{}", "a".repeat(URL_MAX))), BadTarget::TooLong);
}

#[test]
fn the_operator_may_allow_more() {
    let tests = reach(true, &["127.0.0.0/8", "::1/128"], &[8080]);
    for url in
        ["http://127.0.0.1:8080/", "http://localhost:8080/", "https://[::1]/", "https://[::ffff:127.0.0.1]:8080/"]
    {
        assert!(Target::parse(url, &tests).is_ok(), "{url}");
    }
    for url in ["http://127.0.0.1/", "http://10.0.0.1:8080/", "http://127.0.0.1:8081/", "ftp://127.0.0.1:8080/"] {
        assert!(Target::parse(url, &tests).is_err(), "{url}");
    }
    let office = reach(false, &["10.0.0.0/8"], &[]);
    assert!(Target::parse("https://crm.internal/", &office).is_ok());
    assert!(Target::parse("https://10.1.2.3/", &office).is_ok());
    assert!(Target::parse("https://localhost/", &office).is_err());
    assert!(Target::parse("http://10.1.2.3/", &office).is_err());
}

#[test]
fn names_of_private_networks_need_a_private_network() {
    let taken = |network: &str, url: &str| Target::parse(url, &reach(false, &[network], &[])).is_ok();
    for network in ["10.0.0.0/8", "10.20.0.5/32", "172.20.0.0/16", "192.168.7.0/24", "100.100.0.0/16", "169.254.9.9/32"]
    {
        assert!(taken(network, "https://crm.internal/") && taken(network, "https://printer.local/"), "{network}");
    }
    for network in ["fd00::/8", "fe80::/64", "0.0.0.0/0", "160.0.0.0/3", "::/0"] {
        assert!(taken(network, "https://crm.internal/") && taken(network, "https://printer.local/"), "{network}");
    }
    for network in
        ["127.0.0.0/8", "127.0.0.1/32", "::1/128", "8.8.8.0/24", "198.51.100.7/32", "172.32.0.0/16", "2001:db8::/32"]
    {
        assert!(!taken(network, "https://crm.internal/") && !taken(network, "https://printer.local/"), "{network}");
    }
}

#[test]
fn only_the_public_internet_is_public() {
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.114.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2003::1",
        "2001:200::1",
        "::ffff:8.8.8.8",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "::ffff:0:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "5f00::1",
        "4000::1",
    ] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}
