//! The ARNs of Step Functions, taken apart.

use crate::driver::endpoint::states::trouble::Refused;

/// An ARN whose resource is one of Step Functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arn<'a> {
    pub text: &'a str,
    /// `stateMachine`, `execution`, `express`, `mapRun`, `activity`, …
    pub resource: &'a str,
    /// What follows: `NAME`, `NAME:QUALIFIER`, `NAME/LABEL:EXECUTION`.
    pub rest: &'a str,
}

impl<'a> Arn<'a> {
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn read(text: &'a str) -> Result<Arn<'a>, Refused> {
        if !text.starts_with("arn:") {
            return Err(Refused::invalid_arn(&format!("Invalid ARN prefix: {text}")));
        }
        let mut parts = text.splitn(7, ':').skip(2);
        let service = parts.next().unwrap_or_default();
        let place = (parts.next(), parts.next());
        let (resource, rest) = (parts.next(), parts.next());
        let (Some(resource), Some(rest)) = (resource, rest) else {
            return Err(Refused::invalid_arn(&format!("Invalid ARN: {text}")));
        };
        let placed = matches!(place, (Some(region), Some(account)) if !region.is_empty() && !account.is_empty());
        if service != "states" || !placed || rest.is_empty() {
            return Err(Refused::invalid_arn(&format!("Invalid ARN: {text}")));
        }
        Ok(Arn {
            text,
            resource,
            rest,
        })
    }

    /// An ARN of one kind of resource.
    ///
    /// # Errors
    /// `InvalidArn`.
    pub(crate) fn of(text: &'a str, resource: &str) -> Result<Arn<'a>, Refused> {
        let arn = Arn::read(text)?;
        match arn.resource == resource {
            true => Ok(arn),
            false => Err(arn.misplaced()),
        }
    }

    pub(crate) fn misplaced(&self) -> Refused {
        Refused::invalid_arn(&format!(
            "Resource type not valid in this context: {}",
            self.resource
        ))
    }

    /// A machine's ARN without a qualifier, and the version or alias.
    pub(crate) fn qualified(&self) -> (&'a str, Option<&'a str>) {
        match self.rest.split_once(':') {
            None => (self.text, None),
            Some((_, qualifier)) => {
                let end = self.text.len() - qualifier.len() - 1;
                (self.text.get(..end).unwrap_or(self.text), Some(qualifier))
            }
        }
    }

    /// The part before the first colon behind the resource.
    pub(crate) fn name(&self) -> &'a str {
        self.rest.split(':').next().unwrap_or(self.rest)
    }
}

/// The service takes a name of 1 to 80 characters without white space, brackets, wildcards and the like.
///
/// # Errors
/// `InvalidName`.
pub(crate) fn check_name(name: &str) -> Result<(), Refused> {
    let banned =
        |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    match name.contains(banned) {
        true => Err(Refused::model(
            "InvalidName",
            format!("Invalid Name: '{name}'"),
        )),
        false => Ok(()),
    }
}

/// A role is an ARN of IAM.
///
/// # Errors
/// `InvalidArn`.
pub(crate) fn check_role(role: &str) -> Result<(), Refused> {
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let known = match parts.as_slice() {
        ["arn", _, "iam", "", account, name] => {
            account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && name
                    .strip_prefix("role/")
                    .is_some_and(|name| !name.is_empty())
        }
        _ => false,
    };
    match known {
        true => Ok(()),
        false => Err(Refused::model(
            "InvalidArn",
            format!("Invalid Role Arn: '{role}'"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart() {
        let arn = Arn::read("arn:aws:states:us-east-1:123456789012:stateMachine:M:live").unwrap();
        assert_eq!(
            arn.qualified(),
            (
                "arn:aws:states:us-east-1:123456789012:stateMachine:M",
                Some("live")
            )
        );
        assert_eq!(arn.name(), "M");
        for bad in [
            "M",
            "arn:aws:states:x",
            "arn:aws:s3:::b",
            "arn:aws:states:r:a:execution:",
            "",
        ] {
            assert!(Arn::read(bad).is_err(), "{bad}");
        }
        assert!(check_role("arn:aws:iam::123456789012:role/service-role/x").is_ok());
        assert!(check_role("arn:aws:iam::12:role/x").is_err());
    }
}
