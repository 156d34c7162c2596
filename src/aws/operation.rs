//! Which operation of which service a Task calls.

use crate::asl::resource::Target;
use crate::aws::archive;
use crate::aws::archive::Place;
use crate::aws::archive::Service;
use crate::aws::model::Model;
use crate::aws::model::OperationLine;
use crate::aws::model::Protocol;
use crate::aws::naming;
use crate::aws::optimized;
use crate::aws::optimized::Integration;
use crate::aws::trouble::NotCallable;

/// Whose names and shapes a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `arn:aws:states:::aws-sdk:SERVICE:ACTION`
    Sdk,
    /// `arn:aws:states:::SERVICE:ACTION`
    Optimized,
}

/// An operation that can be called.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub service: &'static Service,
    pub style: Style,
    pub(crate) model: &'static Model,
    pub(crate) line: OperationLine,
    pub(crate) integration: Option<&'static Integration>,
    /// The action of an optimized integration, which may have a name of its own.
    pub(crate) action: &'static str,
}

/// The operation a target means, or why it cannot be called.
pub fn find(target: &Target) -> Result<Operation, NotCallable> {
    match target {
        Target::Sdk { service, action } => {
            let found =
                naming::service(service).ok_or_else(|| NotCallable::Service(service.to_owned()))?;
            Operation::of(found, action)
        }
        Target::Optimized { service, action } => {
            let (integration, action) = optimized::find(service, action)
                .ok_or_else(|| NotCallable::Integration(service.to_owned(), action.to_owned()))?;
            let name = optimized::operation(integration, action).ok_or(NotCallable::Elsewhere(
                service.to_owned(),
                action.to_owned(),
            ))?;
            let key = optimized::model_key(integration, action);
            let service =
                archive::service(key).ok_or_else(|| NotCallable::Service(key.to_owned()))?;
            Ok(Operation {
                style: Style::Optimized,
                integration: Some(integration),
                action,
                ..Operation::of(service, name)?
            })
        }
        Target::Lambda { .. }
        | Target::Activity { .. }
        | Target::StandIn { .. }
        | Target::Other { .. } => Err(NotCallable::NoService),
    }
}

impl Operation {
    /// The operation of an action of a service, as the integration of any service calls it.
    pub(crate) fn of(service: &'static Service, action: &str) -> Result<Operation, NotCallable> {
        let unknown = || NotCallable::Action(service.id, action.to_owned());
        let model = service.model().ok_or_else(unknown)?;
        if model.protocol == Protocol::Cbor {
            return Err(NotCallable::Cbor(service.id));
        }
        let line = model.operation(action).ok_or_else(unknown)?;
        let streams = [line.input, line.output].into_iter().any(|shape| {
            let mut members = model.members(shape).into_iter();
            members.any(|member| model.shape(member.shape).traits.has('e'))
        });
        if streams {
            return Err(NotCallable::EventStream(service.id, line.name));
        }
        Ok(Operation {
            service,
            style: Style::Sdk,
            model,
            line,
            integration: None,
            action: line.name,
        })
    }

    /// Another operation of the same service in the same style.
    pub(crate) fn sibling(&self, name: &str) -> Result<Operation, NotCallable> {
        let found = Operation::of(self.service, name)?;
        Ok(Operation {
            style: self.style,
            integration: self.integration,
            ..found
        })
    }

    /// The operation's name in the model: `PutItem`.
    pub fn name(&self) -> &'static str {
        self.line.name
    }

    /// How the service is spoken to, in words of AWS: `json`, `rest-xml`.
    pub fn protocol(&self) -> &'static str {
        match self.model.protocol {
            Protocol::Json => "json",
            Protocol::RestJson => "rest-json",
            Protocol::RestXml => "rest-xml",
            Protocol::Query => "query",
            Protocol::Ec2 => "ec2",
            Protocol::Cbor => "smithy-rpc-v2-cbor",
        }
    }

    /// The name signatures carry: `dynamodb`, `states`.
    pub fn signing_name(&self) -> &'static str {
        self.model.signing_name
    }

    /// The host on AWS and the region its signatures name.
    pub fn place(&self, region: &str) -> (String, String) {
        let Place { host, region } = self.service.place(self.model.endpoint_prefix, region);
        (host, region)
    }
}
