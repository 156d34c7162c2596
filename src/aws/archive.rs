//! The embedded model tables: an index of services, and the table of each, opened when it is first asked for.

use std::io::Read;
use std::sync::LazyLock;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;

use crate::aws::model::Model;

/// One row per service: key, id, offset, packed length, length, unusual hosts. `assets/README.md` has the format.
const INDEX: &str = include_str!("../../assets/aws/index.txt");
const MODELS: &[u8] = include_bytes!("../../assets/aws/models.bin");

/// A service as the index has it.
#[derive(Debug)]
pub struct Service {
    /// As Step Functions writes it after `aws-sdk:`: `dynamodb`, `cloudwatchlogs`.
    pub key: &'static str,
    /// As AWS names it: `DynamoDB`, `CloudWatch Logs`.
    pub id: &'static str,
    offset: usize,
    packed: usize,
    length: usize,
    hosts: &'static str,
    model: OnceLock<Option<Model>>,
}

/// Where a service is reached and which region its signatures name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub host: String,
    pub region: String,
}

static SERVICES: LazyLock<Vec<Service>> =
    LazyLock::new(|| INDEX.lines().filter_map(Service::row).collect());

/// Every service of the tables, in the order of their keys.
pub fn services() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter()
}

/// The service with this key.
pub(crate) fn service(key: &str) -> Option<&'static Service> {
    let at = SERVICES.binary_search_by(|service| service.key.cmp(key));
    SERVICES.get(at.ok()?)
}

impl Service {
    fn row(line: &'static str) -> Option<Service> {
        let mut cells = line.split('\t');
        Some(Service {
            key: cells.next()?,
            id: cells.next()?,
            offset: cells.next()?.parse().ok()?,
            packed: cells.next()?.parse().ok()?,
            length: cells.next()?.parse().ok()?,
            hosts: cells.next()?,
            model: OnceLock::new(),
        })
    }

    /// The service's table, unpacked on the first call and kept for good. None where the table cannot be
    /// read, which a test rules out for every service.
    pub(crate) fn model(&'static self) -> Option<&'static Model> {
        let opened = self.model.get_or_init(|| {
            let packed = MODELS.get(self.offset..self.offset + self.packed)?;
            let mut text = String::with_capacity(self.length);
            DeflateDecoder::new(packed).read_to_string(&mut text).ok()?;
            Model::read(Box::leak(text.into_boxed_str()))
        });
        opened.as_ref()
    }

    /// Where AWS has the service: its own host where it has one in the region's partition, else
    /// `PREFIX.REGION.SUFFIX`.
    pub(crate) fn place(&self, prefix: &str, region: &str) -> Place {
        let (partition, suffix) = partition(region);
        let own = self.hosts.split(',').find_map(|row| {
            let mut words = row.split(' ');
            (words.next()? == partition).then_some((words.next()?, words.next()?))
        });
        let fill = |template: &str| template.replace("{region}", region);
        match own {
            Some((host, signing)) => Place {
                host: fill(host),
                region: fill(signing),
            },
            None => Place {
                host: format!("{prefix}.{region}.{suffix}"),
                region: region.to_owned(),
            },
        }
    }
}

/// The partition of a region and the end of its hosts.
fn partition(region: &str) -> (&'static str, &'static str) {
    const OTHERS: &[(&str, &str, &str)] = &[
        ("cn-", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"),
        ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ];
    let other = OTHERS
        .iter()
        .find(|(start, _, _)| region.starts_with(start));
    other.map_or(("aws", "amazonaws.com"), |(_, name, suffix)| (name, suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_opens() {
        let mut operations = 0;
        for service in services() {
            let model = service.model().expect(service.key);
            operations += model.operations().count();
        }
        assert!(services().count() > 440, "{}", services().count());
        assert!(operations > 19_000, "{operations}");
    }

    #[test]
    fn services_are_where_aws_has_them() {
        let host = |key: &str, prefix: &str, region: &str| {
            let place = service(key).unwrap().place(prefix, region);
            (place.host, place.region)
        };
        let is = |host: &str, region: &str| (host.to_owned(), region.to_owned());
        assert_eq!(
            host("dynamodb", "dynamodb", "eu-central-1"),
            is("dynamodb.eu-central-1.amazonaws.com", "eu-central-1")
        );
        assert_eq!(
            host("iam", "iam", "eu-central-1"),
            is("iam.amazonaws.com", "us-east-1")
        );
        assert_eq!(
            host("sts", "sts", "eu-west-1"),
            is("sts.eu-west-1.amazonaws.com", "eu-west-1")
        );
        assert_eq!(
            host("iam", "iam", "cn-northwest-1"),
            is("iam.cn-north-1.amazonaws.com.cn", "cn-north-1")
        );
        assert_eq!(
            host("sqs", "sqs", "cn-north-1"),
            is("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1")
        );
    }
}
