//! Encrypted deliveries: to receivers whose certificate an authority vouches for that the operator named, and to no others.

use crate::hooked::{Hooked, reach, signature};
use crate::receiver::{Got, parse};
use crate::support::scratch::Scratch;
use progreda::config::Authorities;
use progreda::webhooks::model::{Problem, State};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Who vouches for receivers.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let (mut of, key) = (CertificateParams::default(), KeyPair::generate().unwrap());
        of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { certificate: of.self_signed(&key).unwrap(), issuer: Issuer::new(of, key) }
    }

    /// A receiver with a certificate for this name.
    fn receiver(&self, name: &str, set: impl FnOnce(&mut CertificateParams)) -> Encrypted {
        let (mut of, key) = (CertificateParams::new([name.to_owned()]).unwrap(), KeyPair::generate().unwrap());
        set(&mut of);
        let certificate = of.signed_by(&key, &self.issuer).unwrap();
        Encrypted::start(certificate.der().clone(), &key)
    }
}

/// A receiver that takes encrypted connections alone, says 200, and remembers what came; it ends with this value.
struct Encrypted {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Encrypted {
    fn start(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let tls = Arc::new(tls.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, got, over) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<Got>>>::default(), Arc::default());
        let (kept, ends) = (Arc::clone(&got), Arc::<AtomicBool>::clone(&over));
        let thread = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                // A client that turns away is what some tests are about.
                kept.lock().unwrap().extend(talk(stream, &tls));
            }
        });
        Self { address, got, over, thread: Some(thread) }
    }

    fn url(&self) -> String {
        format!("https://{}/hook", self.address)
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn talk(stream: TcpStream, tls: &Arc<ServerConfig>) -> Option<Got> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(tls)).ok()?, stream);
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4_096]);
    let got = loop {
        match stream.read(&mut chunk).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&chunk[..read]),
        }
        if let Some(got) = parse(&bytes) {
            break got;
        }
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nnoted").ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()?;
    Some(got)
}

/// A file with these certificates.
fn file(folder: &Scratch, text: &str) -> std::path::PathBuf {
    let path = folder.path().join("authorities.pem");
    std::fs::write(&path, text).unwrap();
    path
}

#[actix_web::test]
async fn whom_a_named_authority_vouches_for_is_sent_to_and_nobody_else() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let good = ours.receiver("127.0.0.1", |_| {});
    let bad = [
        ours.receiver("hooks.elsewhere.example", |_| {}),
        ours.receiver("127.0.0.1", |of| of.not_after = date_time_ymd(2020, 1, 1)),
        ours.receiver("127.0.0.1", |of| of.not_before = date_time_ymd(4000, 1, 1)),
        theirs.receiver("127.0.0.1", |_| {}),
    ];
    let folder = Scratch::new("authorities");
    let others = Authority::new().certificate.pem();
    let path = file(&folder, &format!("Of the office:\n{}\n{others}", ours.certificate.pem()));
    let authorities = Authorities::read(&path).unwrap();
    assert_eq!(authorities.certificates().len(), 2);
    let hooked = Hooked::with(&[], |config| {
        config.webhook_reach = reach(&[]);
        config.webhook_reach.http = false;
        config.webhook_reach.ports = bad.iter().chain([&good]).map(|receiver| receiver.address.port()).collect();
        config.webhook_reach.authorities = authorities;
    })
    .await;
    let hook = hooked.hook(&good.url()).await;
    let mut hooks = Vec::new();
    for receiver in &bad {
        hooks.push(hooked.hook(&receiver.url()).await);
    }
    hooked.contact("Mara").await;
    let delivery = hooked.settled(&hook, State::Delivered, 1).await.remove(0);
    assert_eq!((delivery.status, delivery.answer.as_deref()), (Some(200), Some("noted")));
    let got = good.got().remove(0);
    assert_eq!(
        (got.header("webhook-signature"), &got.json()["firstName"]),
        (&*signature(&hook.secret, &got), &"Mara".into())
    );
    for (hook, receiver) in hooks.iter().zip(&bad) {
        let delivery = hooked.tried(hook, 1).await;
        assert_eq!((delivery.state, delivery.problem), (State::Waiting, Some(Problem::NotEncrypted)));
        assert!(receiver.got().is_empty(), "it was told all the same");
    }
    assert!(Problem::NotEncrypted.words().contains("certificate"));
}

#[actix_web::test]
async fn without_a_named_authority_only_those_of_browsers_vouch() {
    let receiver = Authority::new().receiver("127.0.0.1", |_| {});
    let hooked = Hooked::with(&[], |config| config.webhook_reach.ports = vec![receiver.address.port()]).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    assert_eq!(hooked.tried(&hook, 1).await.problem, Some(Problem::NotEncrypted));
    assert!(receiver.got().is_empty());
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_refused() {
    let folder = Scratch::new("no-authorities");
    let refused = |text: &str| Authorities::read(&file(&folder, text)).expect_err(text).to_string();
    let key = KeyPair::generate().unwrap().serialize_pem();
    for text in ["", "certificates", &key] {
        assert!(refused(text).ends_with("expected certificates in PEM, and there is none"), "{}", refused(text));
    }
    let whole = Authority::new().certificate.pem();
    let half = format!("{whole}\n{}", whole.lines().take(4).collect::<Vec<_>>().join("\n"));
    assert!(refused(&half).contains("it is no PEM"), "{}", refused(&half));
    let odd = format!("{whole}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert!(refused(&odd).contains("certificate 2 cannot be used"), "{}", refused(&odd));
    let missing = Authorities::read(&folder.path().join("missing.pem")).unwrap_err().to_string();
    assert!(missing.contains("missing.pem: "), "{missing}");
}
