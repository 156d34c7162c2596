//! The routes of a site, for people: where each is reached, and a body that works.

use crate::driver::endpoint::site::Site;
use crate::driver::endpoint::site::example_input;
use crate::gateway::Api;
use crate::gateway::Route;
use crate::gateway::Target;
use crate::sidecar::SavedRequest;

/// A route that can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// In capitals, or `ANY`.
    pub method: String,
    /// With the stage: `/dev/orders/{id}`.
    pub path: String,
    /// A body that works: of a saved request, else from the document, else the input of the first scenario.
    pub example: Option<String>,
}

/// All routes, in the order of their documents.
pub fn routes(site: &Site) -> Vec<RouteInfo> {
    let all = site.apis.iter().flat_map(|api| {
        let routes = api.routes.iter();
        routes.map(move |route| RouteInfo {
            method: route.method.clone(),
            path: with_stage(api, &route.path),
            example: example(site, route),
        })
    });
    all.collect()
}

/// The route that a request to `path` finds, in the order of the documents, and the path with its stage; `path` may
/// have the stage already.
pub fn find_route(site: &Site, method: &str, path: &str) -> Option<(RouteInfo, String)> {
    let all = site
        .apis
        .iter()
        .flat_map(|api| api.routes.iter().map(move |route| (api, route)));
    all.filter(|(_, route)| route.method == method || route.method == "ANY")
        .find_map(|(api, route)| {
            let staged = with_stage(api, "");
            let below = path
                .strip_prefix(staged.as_str())
                .filter(|rest| rest.starts_with('/'));
            let below = [below, Some(path)]
                .into_iter()
                .flatten()
                .find(|path| fits(&route.path, path))?;
            let info = RouteInfo {
                method: route.method.clone(),
                path: with_stage(api, &route.path),
                example: example(site, route),
            };
            Some((info, with_stage(api, below)))
        })
}

/// The path of a route, or of a request to it, behind the stage.
pub(crate) fn with_stage(api: &Api, path: &str) -> String {
    match api.stage.as_str() {
        "" => path.to_owned(),
        stage => format!("/{stage}{path}"),
    }
}

/// The stage of the API that a saved request is for: the first with a route for it, else the first of all.
pub(crate) fn stage_of<'a>(site: &'a Site, saved: &SavedRequest) -> &'a str {
    let serves = |api: &&std::sync::Arc<Api>| {
        let mut routes = api.routes.iter();
        routes.any(|route| {
            [saved.method.as_str(), "ANY"].contains(&route.method.as_str())
                && fits(&route.path, &saved.path)
        })
    };
    let api = site.apis.iter().find(serves);
    api.or(site.apis.first())
        .map_or("", |api| api.stage.as_str())
}

fn example(site: &Site, route: &Route) -> Option<String> {
    let may_have_body = matches!(route.method.as_str(), "POST" | "PUT" | "PATCH" | "ANY");
    if !may_have_body {
        return None;
    }
    let works = |request: &&SavedRequest| {
        let expected = request.expect.as_ref().and_then(|expect| expect.status);
        request.method == route.method
            && fits(&route.path, &request.path)
            && expected.is_none_or(|status| status < 300)
            && request.scenario.is_none()
    };
    let saved = site
        .requests
        .iter()
        .filter(works)
        .find_map(|request| request.body.clone());
    let saved = saved.or_else(|| route.example.clone());
    saved.or_else(|| {
        let machines = &site.machines;
        let integration = route.integration.as_ref()?;
        let Target::States(_) = integration.target else {
            return None;
        };
        let templates = integration.request_templates.values();
        let named = templates.into_iter().find_map(|template| {
            machines
                .iter()
                .find(|one| template.text.contains(one.arn.as_ref()))
        });
        let only = || match machines.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        example_input(named.or_else(only)?).map(crate::query::Value::to_json)
    })
}

/// Whether a path is one of a route's.
fn fits(route: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path.split('/');
    for segment in route.split('/') {
        if segment.starts_with('{') && segment.ends_with("+}") {
            return parts.next().is_some();
        }
        match parts.next() {
            Some(part) if part == segment || segment.starts_with('{') => {}
            Some(_) | None => return false,
        }
    }
    parts.next().is_none()
}
