//! The face of a service: words, icon and family for what a Task calls.

use crate::asl::resource;
use crate::asl::resource::ServiceFamily;
use crate::asl::resource::ServiceGroup;
use crate::scene::icon::Icon;
use crate::scene::role::Family;

/// How a Task's card names and shows what it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFace {
    /// Service and action: `DynamoDB: PutItem`.
    pub title: String,
    pub family: Family,
    pub icon: Icon,
}

/// The face of a `Resource`, whatever partition or form it is written in; total.
pub fn service_face(text: &str) -> ServiceFace {
    if text.is_empty() {
        return ServiceFace {
            title: "Task".to_owned(),
            family: Family::Flow,
            icon: Icon::FUNCTION,
        };
    }
    let resource = resource::read(text);
    ServiceFace {
        title: resource.display_name(),
        family: service_family(resource.family()),
        icon: service_icon(resource.group()),
    }
}

pub const fn service_icon(group: ServiceGroup) -> Icon {
    match group {
        ServiceGroup::Lambda => Icon::FUNCTION,
        ServiceGroup::Compute => Icon::MEMORY,
        ServiceGroup::Containers => Icon::DEPLOYED_CODE,
        ServiceGroup::Database => Icon::DATABASE,
        ServiceGroup::Storage => Icon::INVENTORY_2,
        ServiceGroup::Topic => Icon::CAMPAIGN,
        ServiceGroup::Queue => Icon::INBOX,
        ServiceGroup::Events => Icon::BOLT,
        ServiceGroup::StepFunctions => Icon::ACCOUNT_TREE,
        ServiceGroup::Http => Icon::HTTP,
        ServiceGroup::Analytics => Icon::MONITORING,
        ServiceGroup::MachineLearning => Icon::MODEL_TRAINING,
        ServiceGroup::Security => Icon::SHIELD_LOCK,
        ServiceGroup::Other => Icon::CLOUD,
    }
}

pub const fn service_family(family: ServiceFamily) -> Family {
    match family {
        ServiceFamily::Compute => Family::Compute,
        ServiceFamily::Data => Family::Data,
        ServiceFamily::Messaging => Family::Messaging,
        ServiceFamily::Http => Family::Http,
        ServiceFamily::Workflow | ServiceFamily::Other => Family::Flow,
    }
}
