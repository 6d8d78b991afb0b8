//! Whether the clinic's own mail server vouches for the domain that a mail says it is from
//! (RFC 8601). The server checks signatures; here only its word about them is read. Whether
//! the address is one that the clinic knows is decided elsewhere.

/// Whose word counts for who wrote a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The names by which our own mail server and our own filters sign what they found.
    servers: Vec<String>,
    /// Whether the topmost field counts when it names no server, as Microsoft 365 writes it.
    topmost_without_id: bool,
}

impl Trust {
    /// Trust in our own servers, named with commas or blanks between (`*.example.ca` names all below a domain), and in a topmost field without a name where that is
    /// `topmost_without_id`. Without either nobody is believed.
    #[must_use]
    pub fn new(servers: &str, topmost_without_id: bool) -> Self {
        let names = servers.split([',', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty());
        Self { servers: names.map(str::to_ascii_lowercase).collect(), topmost_without_id }
    }

    /// Whether it is shown that a mail really comes from `from_domain`, by `authentication`, the fields as they stand in
    /// the mail.
    ///
    /// The fields at the top that our own servers wrote count together, up to the first that somebody else wrote: that one
    /// and all below it may have come with the mail. They vouch by DMARC, or by a signature of the domain itself or of one
    /// above it.
    #[must_use]
    pub fn vouches(&self, authentication: &[String], from_domain: &str) -> bool {
        let from_domain = from_domain.trim_end_matches('.').to_ascii_lowercase();
        if from_domain.is_empty() {
            return false;
        }
        let Some(found) = self.found(authentication) else {
            return false;
        };
        let of = |method: &'static str, result: &'static str| {
            let matching = move |one: &&Found| one.method == method && one.result == result;
            found.iter().filter(matching)
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

    /// What those found out whose word counts; nothing, if one of their fields cannot be read.
    fn found(&self, authentication: &[String]) -> Option<Vec<Found>> {
        let mut found = Vec::new();
        for (place, field) in authentication.iter().enumerate() {
            let Some(results) = Results::read(field) else {
                // One of ours that is broken may say no; what is broken of others says nothing.
                let name = field.split([';', ' ', '\t']).next().unwrap_or_default();
                return (place > 0 && !self.names(name)).then_some(found);
            };
            let Some(server) = &results.server else {
                if self.topmost_without_id && place == 0 {
                    found = results.found;
                }
                break;
            };
            if !self.names(server) {
                break;
            }
            found.extend(results.found);
        }
        Some(found)
    }

    fn names(&self, server: &str) -> bool {
        let server = server.to_ascii_lowercase();
        self.servers.iter().any(|ours| match ours.strip_prefix('*') {
            Some(domain) => server.len() > domain.len() && server.ends_with(domain),
            None => server == *ours,
        })
    }
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
    /// Nothing where it does not say who found it.
    server: Option<String>,
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
        let mut clauses = clauses(field)?;
        let first = clauses.first().and_then(|words| words.first())?;
        let server = (!first.contains('=')).then(|| first.clone());
        if server.is_some() {
            clauses.remove(0);
        }
        let mut found: Vec<Found> = Vec::new();
        for words in clauses {
            let mut pairs = words.iter().filter_map(|word| word.split_once('=')).peekable();
            // Microsoft parts a method from its properties by the sign that parts methods.
            if let Some((name, _)) = pairs.peek()
                && name.contains('.')
            {
                let more = properties(pairs);
                if let Some(before) = found.last_mut() {
                    before.properties.extend(more);
                }
                continue;
            }
            let Some((method, result)) = pairs.next() else {
                continue;
            };
            // A method may carry its version, `dkim/1`.
            let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
            let result = result.to_ascii_lowercase();
            found.push(Found { method, result, properties: properties(pairs) });
        }
        Some(Self { server, found })
    }
}

fn properties<'w>(pairs: impl Iterator<Item = (&'w str, &'w str)>) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect()
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

    const FROM: &str = "mail.example.org";

    fn ours() -> Trust {
        Trust::new("mx.clinic.example", false)
    }

    fn vouched(trust: &Trust, fields: &[&str]) -> bool {
        let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
        trust.vouches(&fields, FROM)
    }

    fn trusted(field: &str) -> bool {
        vouched(&ours(), &[field])
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
        let ours_says = "mx.clinic.example; dmarc=pass header.from=mail.example.org";
        for field in [
            "mx.evil.example; dmarc=pass",
            "",
            ";",
            "; dmarc=pass",
            "mx.clinic.example.evil.example; dmarc=pass",
        ] {
            assert!(!trusted(field), "{field}");
            assert!(!vouched(&ours(), &[field, ours_says]), "{field}");
        }
        assert!(!vouched(&ours(), &[]));
        assert!(!vouched(&Trust::new("", false), &["; dmarc=pass"]));
        assert!(!vouched(&Trust::default(), &[ours_says]));
        assert!(!ours().vouches(&[ours_says.to_owned()], ""));
    }

    #[test]
    fn what_our_own_servers_say_in_several_fields_is_read_together() {
        let (spf, dmarc, dkim) = (
            "mx.clinic.example; spf=pass smtp.mailfrom=mail.example.org",
            "mx.clinic.example; dmarc=pass (p=none dis=none) header.from=mail.example.org",
            "mx.clinic.example; dkim=pass (2048-bit key) header.d=example.org",
        );
        for fields in [[spf, dmarc, dkim], [dkim, spf, dmarc], [dmarc, dkim, spf]] {
            assert!(vouched(&ours(), &fields), "{fields:?}");
        }
        assert!(!vouched(&ours(), &[spf]));
        let failed = "mx.clinic.example; dmarc=fail header.from=mail.example.org";
        for fields in [[failed, dmarc, dkim], [spf, dmarc, failed], [dkim, failed, dmarc]] {
            assert!(!vouched(&ours(), &fields), "one of ours says no: {fields:?}");
        }
        // What stands below the word of somebody else may have come with the mail.
        assert!(!vouched(&ours(), &[spf, "mx.evil.example; dmarc=pass", dmarc]));
        assert!(!vouched(&ours(), &[spf, "spf=pass", dmarc]));
        assert!(!vouched(&ours(), &[spf, "not; (closed", dmarc]), "unreadable is not looked past");
        let both = Trust::new("mx.clinic.example, filter.clinic.example", false);
        let by_filter = "filter.clinic.example; dmarc=pass header.from=mail.example.org";
        assert!(vouched(&both, &[spf, by_filter]) && !vouched(&ours(), &[spf, by_filter]));
        let below = Trust::new("*.clinic.example", false);
        assert!(vouched(&below, &[spf, by_filter]));
        for other in ["clinic.example", "evilclinic.example", ".clinic.example.evil.example"] {
            let field = format!("{other}; dmarc=pass header.from=mail.example.org");
            assert!(!vouched(&below, &[&field]), "{field}");
        }
    }

    #[test]
    fn a_field_without_a_server_counts_where_the_setting_says_so_and_it_is_the_topmost() {
        let microsoft = "spf=pass (sender IP is 203.0.113.7) smtp.mailfrom=mail.example.org; dkim=pass (signature was verified) header.d=mail.example.org;dmarc=pass action=none header.from=mail.example.org;compauth=pass reason=100";
        let topmost = Trust::new("", true);
        assert!(vouched(&topmost, &[microsoft]) && !vouched(&ours(), &[microsoft]));
        assert!(!vouched(&topmost, &["mx.evil.example; spf=fail", microsoft]));
        assert!(!vouched(&topmost, &["spf=fail smtp.mailfrom=x", microsoft]), "one field alone");
        let named = "mx.clinic.example; dmarc=pass header.from=mail.example.org";
        assert!(!vouched(&topmost, &[named]), "a name that was not set");
        assert!(vouched(&Trust::new("mx.clinic.example", true), &[named]));
        // As it is written with more semicolons than there are methods, and with names between them.
        let torn = "spf=pass (sender IP is 203.0.113.7); smtp.mailfrom=mail.example.org; clinic.example; dkim=pass (signature was verified); header.d=mail.example.org;dmarc=pass action=none; header.from=mail.example.org;compauth=pass reason=100";
        assert!(vouched(&topmost, &[torn]));
        for field in [microsoft, torn] {
            let other = field.replace("header.from=mail", "header.from=evil");
            assert!(!vouched(&topmost, &[&other]), "{other}");
        }
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
            prop_assert!(!vouched(&Trust::new("", true), &[&field]));
        }
    }
}
