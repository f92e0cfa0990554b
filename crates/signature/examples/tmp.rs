use std::error::Error;
fn main() {
    for d in ["certs", "crls"] {
        for e in std::fs::read_dir(format!("/work/shared/corpora/pki/pkits/{d}")).unwrap() {
            let p = e.unwrap().path();
            let b = std::fs::read(&p).unwrap();
            let r: Result<(), Box<dyn Error>> = if d == "certs" {
                countersign_signature::Certificate::from_der(&b).map(|_| ()).map_err(Into::into)
            } else {
                countersign_signature::Crl::from_der(&b).map(|_| ()).map_err(Into::into)
            };
            if let Err(e) = r {
                println!("{}: {e} / {:?}", p.display(), e.source().map(|s| s.to_string()));
            }
        }
    }
}
