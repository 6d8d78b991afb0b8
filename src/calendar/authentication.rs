//! Whether the clinic's own mail server vouches for the domain that a mail says it is from
//! (RFC 8601). The server checks signatures; here only its word about them is read. Whether
//! the address is one that the clinic knows is decided elsewhere.

/// Whether `our_server` found that the mail really comes from `from_domain`, by `authentication`, the fields as they
/// stand in the mail.
///
/// Only the topmost field counts, and only if our server wrote it: every other one may have come with the mail. It
/// vouches by DMARC, or by a signature of the domain itself or of one above it.
#[must_use]
pub fn authenticated(authentication: &[String], our_server: &str, from_domain: &str) -> bool {
    let Some(results) = authentication.first().and_then(|field| Results::read(field)) else {
        return false;
    };
    let from_domain = from_domain.trim_end_matches('.').to_ascii_lowercase();
    if from_domain.is_empty()
        || our_server.is_empty()
        || !results.server.eq_ignore_ascii_case(our_server)
    {
        return false;
    }
    let of = |method: &'static str, result: &'static str| {
        let matching = move |one: &&Found| one.method == method && one.result == result;
        results.found.iter().filter(matching)
    };
    // A domain that asks for more than its signature is taken at its word.
    if of("dmarc", "fail").next().is_some() {
        return false;
    }
    let mut dmarc = of("dmarc", "pass").map(|one| one.property("header.from")).peekable();
    if dmarc.peek().is_some() {
        return dmarc.flatten().all(|from| domain(from) == from_domain);
    }
    of("dkim", "pass").any(|one| {
        let signer = one.property("header.d").or_else(|| one.property("header.i"));
        signer.is_some_and(|signer| is_or_is_above(&domain(signer), &from_domain))
    })
}

/// The domain of `@example.org`, `ada@example.org` or `example.org`.
fn domain(text: &str) -> String {
    let domain = text.rsplit('@').next().unwrap_or_default();
    domain.trim_end_matches('.').to_ascii_lowercase()
}

/// A signature of a whole top-level domain shows no sender.
fn is_or_is_above(signer: &str, domain: &str) -> bool {
    let above = domain.strip_suffix(signer).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
    above && signer.contains('.') && !signer.starts_with('.')
}

/// What a server found out.
struct Results {
    server: String,
    found: Vec<Found>,
}

/// The outcome of one method.
struct Found {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
}

impl Found {
    fn property(&self, name: &str) -> Option<&str> {
        let named = self.properties.iter().find(|(property, _)| property == name);
        named.map(|(_, value)| value.as_str())
    }
}

impl Results {
    fn read(field: &str) -> Option<Self> {
        let mut clauses = clauses(field)?.into_iter();
        let server = clauses.next()?.into_iter().next()?;
        let found = clauses.filter_map(|words| {
            let mut pairs = words.iter().filter_map(|word| word.split_once('='));
            let (method, result) = pairs.next()?;
            // A method may carry its version, `dkim/1`.
            let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
            let properties =
                pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
            let result = result.to_ascii_lowercase();
            Some(Found { method, result, properties })
        });
        let found = found.collect();
        Some(Self { server, found })
    }
}

/// The clauses between semicolons, each as words; blanks around `=` belong to the word. Comments are left out, and what
/// is quoted ends no word and no clause: the sender has a say in both. Nothing, if one of them is not closed.
fn clauses(field: &str) -> Option<Vec<Vec<String>>> {
    let mut clauses = vec![vec![String::new()]];
    let (mut depth, mut quoted) = (0_usize, false);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        let words = clauses.last_mut()?;
        match c {
            '\\' if quoted || depth > 0 => {
                let escaped = chars.next()?;
                if quoted {
                    words.last_mut()?.push(escaped);
                }
            }
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => words.last_mut()?.push(c),
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            ';' => clauses.push(vec![String::new()]),
            '=' => {
                // The word before the blank is the one that the sign belongs to.
                if words.last().is_some_and(String::is_empty) && words.len() > 1 {
                    words.pop();
                }
                words.last_mut()?.push('=');
            }
            _ if c.is_whitespace() => {
                if words.last().is_some_and(|word| !word.is_empty() && !word.ends_with('=')) {
                    words.push(String::new());
                }
            }
            _ => words.last_mut()?.push(c),
        }
    }
    (depth == 0 && !quoted).then_some(clauses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trusted(field: &str) -> bool {
        authenticated(&[field.to_owned()], "mx.clinic.example", "mail.example.org")
    }

    #[test]
    fn our_own_server_vouches_by_dmarc() {
        assert!(trusted(
            "mx.clinic.example; dmarc=pass (p=reject dis=none) header.from=mail.example.org"
        ));
        assert!(trusted("MX.clinic.example 1; spf=pass smtp.mailfrom=x; DMARC = Pass"));
        assert!(!trusted("mx.clinic.example; dmarc=pass header.from=evil.example"));
        assert!(!trusted(
            "mx.clinic.example; dmarc=fail header.from=mail.example.org; dkim=pass header.d=mail.example.org"
        ));
        assert!(!trusted("mx.clinic.example; none"));
        assert!(!trusted(
            "mx.clinic.example; dmarc=pass header.from=mail.example.org; dmarc=fail header.from=mail.example.org"
        ));
    }

    #[test]
    fn a_signature_of_the_domain_or_of_one_above_it_is_enough() {
        assert!(trusted("mx.clinic.example; dkim=pass header.d=mail.example.org"));
        assert!(trusted("mx.clinic.example; dkim=pass header.d=Example.ORG header.s=k1"));
        assert!(trusted(
            "mx.clinic.example; dkim=fail header.d=a.example; dkim=pass (2048-bit) header.i=@example.org"
        ));
        for other in ["org", "ample.org", "x.mail.example.org", "evil.example", ""] {
            assert!(!trusted(&format!("mx.clinic.example; dkim=pass header.d={other}")), "{other}");
        }
        assert!(trusted("mx.clinic.example; dmarc=none; dkim=pass header.d=example.org"));
        assert!(!trusted("mx.clinic.example; dkim=pass"));
        assert!(!trusted("mx.clinic.example; dkim=neutral header.d=mail.example.org"));
    }

    #[test]
    fn nobody_elses_word_counts() {
        let ours = "mx.clinic.example; dmarc=pass header.from=mail.example.org";
        for field in [
            "mx.evil.example; dmarc=pass",
            "",
            ";",
            "; dmarc=pass",
            "mx.clinic.example.evil.example; dmarc=pass",
        ] {
            assert!(!trusted(field), "{field}");
            assert!(
                !authenticated(
                    &[field.to_owned(), ours.to_owned()],
                    "mx.clinic.example",
                    "mail.example.org"
                ),
                "{field}"
            );
        }
        assert!(!authenticated(&[], "mx.clinic.example", "mail.example.org"));
        assert!(!authenticated(&["; dmarc=pass".to_owned()], "", "mail.example.org"));
        assert!(!authenticated(&[ours.to_owned()], "mx.clinic.example", ""));
    }

    #[test]
    fn what_the_sender_put_into_a_comment_or_a_quote_says_nothing() {
        assert!(!trusted(
            "mx.clinic.example; spf=fail smtp.mailfrom=\"a; dmarc=pass\"@evil.example"
        ));
        assert!(!trusted("mx.clinic.example; spf=fail (a; dmarc=pass (nested) ; dmarc=pass)"));
        assert!(!trusted("mx.clinic.example; spf=fail reason=\"x\\\"; dmarc=pass\""));
        assert!(!trusted("mx.clinic.example; dmarc=pass (never closed"));
        assert!(!trusted("mx.clinic.example; dmarc=pass \"never closed"));
        assert!(trusted("mx.clinic.example (a \\) b); dmarc=pass"));
    }

    proptest! {
        #[test]
        fn no_field_is_too_odd_to_be_refused(field in "[a-z=;()\"\\\\ @./]{0,80}") {
            prop_assert!(!trusted(&field));
        }
    }
}
