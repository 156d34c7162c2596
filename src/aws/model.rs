//! The table of one service: operations, errors and shapes, each a line that is taken apart when it is needed.

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json,
    RestJson,
    RestXml,
    Query,
    Ec2,
    /// `smithy-rpc-v2-cbor`, the one protocol that is not spoken here.
    Cbor,
}

/// An opened table. Shapes are numbers of lines.
#[derive(Debug)]
pub(crate) struct Model {
    pub protocol: Protocol,
    pub endpoint_prefix: &'static str,
    pub signing_name: &'static str,
    pub version: &'static str,
    pub json_version: &'static str,
    pub target_prefix: &'static str,
    pub namespace: Option<&'static str>,
    operations: Vec<&'static str>,
    errors: Vec<&'static str>,
    shapes: Vec<&'static str>,
}

/// One operation, as its line has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OperationLine {
    pub name: &'static str,
    pub method: &'static str,
    pub uri: &'static str,
    pub input: Option<usize>,
    pub output: Option<usize>,
    pub traits: Traits,
}

/// Words with a letter in front, each a trait: `n` location name, `h` header, `q` query string …
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits(&'static str);

#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub kind: Kind,
    pub traits: Traits,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text,
    Bool,
    Integer,
    Float,
    Blob,
    Time,
    List(Member),
    Map(Member, Member),
    Structure(Vec<Member>),
}

/// A member of a structure, the item of a list, or the key or value of a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub name: &'static str,
    pub shape: usize,
    pub traits: Traits,
}

impl Model {
    /// Reads a table; none where it is not one.
    pub(crate) fn read(text: &'static str) -> Option<Model> {
        let mut lines = text.split('\n');
        let head = lines.next()?;
        let field = |name: &str| {
            let mut cells = head.split('\t').filter_map(|cell| cell.split_once('='));
            cells.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let mut counts = lines.next()?.split('\t').map(str::parse::<usize>);
        let mut take = |lines: &mut std::str::Split<'static, char>| {
            let count = counts.next()?.ok()?;
            Some(lines.take(count).collect::<Vec<_>>())
        };
        let endpoint_prefix = field("prefix")?;
        Some(Model {
            protocol: match field("protocol")? {
                "json" => Protocol::Json,
                "rest-json" => Protocol::RestJson,
                "rest-xml" => Protocol::RestXml,
                "query" => Protocol::Query,
                "ec2" => Protocol::Ec2,
                "smithy-rpc-v2-cbor" => Protocol::Cbor,
                _ => return None,
            },
            endpoint_prefix,
            signing_name: field("signing").unwrap_or(endpoint_prefix),
            version: field("version")?,
            json_version: field("json").unwrap_or("1.1"),
            target_prefix: field("target").unwrap_or_default(),
            namespace: field("namespace"),
            operations: take(&mut lines)?,
            errors: take(&mut lines)?,
            shapes: take(&mut lines)?,
        })
    }

    #[cfg(test)]
    pub(crate) fn operations(&self) -> impl Iterator<Item = OperationLine> {
        self.operations
            .iter()
            .filter_map(|line| OperationLine::read(line))
    }

    /// The operation of an action, whatever its case.
    pub(crate) fn operation(&self, action: &str) -> Option<OperationLine> {
        let wanted = action.to_ascii_lowercase();
        let at = self
            .operations
            .binary_search_by(|line| first(line).to_ascii_lowercase().cmp(&wanted));
        OperationLine::read(self.operations.get(at.ok()?)?)
    }

    /// The name of the error shape behind a code on the wire.
    pub(crate) fn error(&self, code: &str) -> Option<&'static str> {
        let rows = self.errors.iter().filter_map(|line| {
            let mut cells = line.split('\t');
            let name = cells.next()?;
            Some((name, cells.nth(1).filter(|code| !code.is_empty())))
        });
        let mut rows = rows.filter(|(name, own)| own.unwrap_or(name) == code || *name == code);
        rows.next().map(|(name, _)| name)
    }

    /// A shape; one that is not there, which a test rules out, is an empty structure.
    pub(crate) fn shape(&self, number: usize) -> Shape {
        let line: &'static str = self.shapes.get(number).copied().unwrap_or_default();
        let (head, rest) = line.split_once('\t').unwrap_or((line, ""));
        let (letter, traits) = head.split_once(' ').unwrap_or((head, ""));
        let mut members = rest.split('\t').filter_map(Member::read);
        let kind = match letter {
            "s" => Kind::Text,
            "b" => Kind::Bool,
            "i" => Kind::Integer,
            "f" => Kind::Float,
            "B" => Kind::Blob,
            "t" => Kind::Time,
            "L" => members.next().map_or(Kind::Text, Kind::List),
            "M" => match (members.next(), members.next()) {
                (Some(key), Some(value)) => Kind::Map(key, value),
                _ => Kind::Text,
            },
            _ => Kind::Structure(members.collect()),
        };
        Shape {
            kind,
            traits: Traits(traits),
        }
    }

    /// The members of a structure; none of any other shape.
    pub(crate) fn members(&self, number: Option<usize>) -> Vec<Member> {
        match number.map(|number| self.shape(number).kind) {
            Some(Kind::Structure(members)) => members,
            _ => Vec::new(),
        }
    }

    #[cfg(test)]
    pub(crate) fn shape_count(&self) -> usize {
        self.shapes.len()
    }
}

impl OperationLine {
    fn read(line: &'static str) -> Option<OperationLine> {
        let mut cells = line.split('\t');
        Some(OperationLine {
            name: cells.next()?,
            method: cells.next()?,
            uri: cells.next()?,
            input: cells.next()?.parse().ok(),
            output: cells.next()?.parse().ok(),
            traits: Traits(cells.next().unwrap_or_default()),
        })
    }
}

impl Member {
    fn read(cell: &'static str) -> Option<Member> {
        let mut words = cell.splitn(3, ' ');
        Some(Member {
            name: words.next()?,
            shape: words.next()?.parse().ok()?,
            traits: Traits(words.next().unwrap_or_default()),
        })
    }

    /// The name on the wire.
    pub(crate) fn wire_name(&self) -> &'static str {
        self.traits.get('n').unwrap_or(self.name)
    }

    /// Travels outside of the body: in a header, the path, the query string or the status.
    pub(crate) fn is_outside_body(&self) -> bool {
        ['h', 'H', 'q', 'u', 'c']
            .iter()
            .any(|letter| self.traits.has(*letter))
    }
}

impl Traits {
    pub(crate) fn has(self, letter: char) -> bool {
        self.get(letter).is_some()
    }

    /// What stands after the letter.
    pub(crate) fn get(self, letter: char) -> Option<&'static str> {
        self.0.split(' ').find_map(|word| word.strip_prefix(letter))
    }
}

fn first(line: &'static str) -> &'static str {
    line.split('\t').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::aws::archive;

    use super::*;

    #[test]
    fn every_shape_of_every_service_can_be_read() {
        for service in archive::services() {
            let model = service.model().unwrap();
            let fits = |member: &Member| member.shape < model.shape_count();
            for number in 0..model.shape_count() {
                let line = model.shapes[number];
                assert!("sbifBtLMS".contains(&line[..1]), "{}: {line}", service.key);
                match model.shape(number).kind {
                    Kind::List(item) => assert!(fits(&item)),
                    Kind::Map(key, value) => assert!(fits(&key) && fits(&value)),
                    Kind::Structure(members) => {
                        assert_eq!(members.len(), line.split('\t').count() - 1);
                        assert!(members.iter().all(fits));
                    }
                    Kind::Text | Kind::Bool | Kind::Integer | Kind::Float | Kind::Blob => {}
                    Kind::Time => {}
                }
            }
            for operation in model.operations() {
                let found = model.operation(&operation.name.to_lowercase());
                assert_eq!(found.unwrap().name, operation.name, "{}", service.key);
            }
        }
    }

    #[test]
    fn errors_are_found_by_code_and_by_name() {
        let sns = archive::service("sns").unwrap().model().unwrap();
        assert_eq!(sns.error("NotFound"), Some("NotFoundException"));
        assert_eq!(sns.error("NotFoundException"), Some("NotFoundException"));
        assert_eq!(sns.error("Whatever"), None);
    }
}
