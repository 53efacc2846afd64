//! A client's name as people read it, from what it says of itself.

// In the order in which they must be looked for: most browsers also claim to be the ones after them.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// `Firefox 141 on Linux`, `curl 8.5`; at most 60 characters.
#[must_use]
pub fn name_of(agent: &str) -> String {
    let system = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = BROWSERS.iter().find_map(|(mark, name)| Some((*name, agent.split_once(mark)?.1)));
    let name = if let Some((name, rest)) = browser {
        format!("{name} {}", number(rest, 1))
    } else {
        let product = agent.split([' ', '(', ';']).next().unwrap_or("");
        let (name, version) = product.split_once('/').unwrap_or((product, ""));
        format!("{name} {}", number(version, 2))
    };
    let name: String = name.trim().chars().take(40).collect();
    match (name.is_empty(), system) {
        (true, None) => "Unknown client".to_owned(),
        (true, Some(system)) => format!("Unknown client on {system}"),
        (false, None) => name,
        (false, Some(system)) => format!("{name} on {system}"),
    }
}

/// The first `parts` numbers of a version.
fn number(text: &str, parts: usize) -> String {
    let version = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or("");
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn browsers_are_told_by_name_and_system() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
        assert_eq!(name_of(chrome), "Chrome 141 on Linux");
        assert_eq!(name_of(&format!("{chrome} Edg/141.0.1")), "Edge 141 on Linux");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 (KHTML) Version/19.1 Mobile Safari/604.1";
        assert_eq!(name_of(safari), "Safari 19 on iPhone");
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(name_of(firefox), "Firefox 140 on Windows");
    }

    #[test]
    fn other_clients_keep_their_own_name() {
        assert_eq!(name_of("curl/8.5.0"), "curl 8.5");
        assert_eq!(name_of(""), "Unknown client");
        assert_eq!(name_of("(Linux)"), "Unknown client on Linux");
        assert_eq!(name_of(&"x".repeat(200)).chars().count(), 40);
    }
}
