//! The local endpoints: a project's API as API Gateway serves it, and the API of Step Functions for its machines.
//!
//! A [`Site`] is what there is to serve, an [`Edge`] answers requests to it with or without a socket, and
//! [`listen`] puts an edge behind an address. Every answer leaves a [`RequestRecord`].
//!
//! Never: decides how API Gateway maps a request (that is `gateway`), leaves the machine, or trusts a page in a browser.
//! Add a way in as a file here; an action of the Step Functions API in `states/`.

mod body;
mod books;
mod carry;
mod catalog;
mod choice;
mod chronicle;
mod desk;
mod direct;
mod doors;
mod edge;
mod enter;
mod guard;
mod ledger;
mod listen;
mod live;
mod machine;
mod notebook;
mod perform;
mod pool;
mod revive;
mod routes;
mod site;
mod states;
mod store;
mod wanted;
mod watch;

pub use choice::{Chosen, GivenMocks};
pub use doors::Door;
pub use edge::{Answered, Edge, EdgeOptions, Keep, NoStore};
pub use guard::Guests;
pub use listen::{ListenError, ListenOptions, Listening, listen};
pub use machine::{MachineText, Prepared, Served};
pub use notebook::{RequestRecord, RequestRun};
pub use perform::Performed;
pub use routes::{RouteInfo, find_route, routes};
pub use site::{Site, SiteText};
pub use store::{StoreError, StoreOptions};
pub use watch::{Attached, Beginning, ExecutionNews};
