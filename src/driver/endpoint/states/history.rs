//! `GetExecutionHistory`, in pages and in both directions.

use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::chronicle::event_json;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::executions::Named;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::put;
use crate::engine::Event;

impl Edge {
    pub(crate) fn history(&self, request: Request<'_>) -> Answer {
        let text = request.required("executionArn");
        let backwards = request.is_set("reverseOrder");
        let named = self.execution(text)?;
        let page = Page::of(request, &format!("GetExecutionHistory {text} {backwards}"))?;
        let (mut chosen, all) = match named {
            Named::Own(entry) => match entry.events() {
                // Only the events of the page are written out.
                Some(events) => {
                    let own: Vec<&Event> = events
                        .iter()
                        .filter(|event| event.child.is_none())
                        .collect();
                    let told = |event: &Event| event_json(event, &entry.facts.role);
                    let range = range(&page, own.len(), backwards);
                    let chosen = range.filter_map(|index| told(own.get(index)?)).collect();
                    (chosen, own.len())
                }
                None => pick(self.books.chronicle(&entry).events, &page, backwards),
            },
            Named::Child { child, .. } => pick(child.events, &page, backwards),
        };
        if request.get("includeExecutionData") == Some(&Json::Bool(false)) {
            chosen.iter_mut().for_each(leave_data_out);
        }
        let mut answer = json!({"events": chosen});
        put(&mut answer, "nextToken", page.next(all));
        Ok(answer)
    }
}

fn pick(events: Vec<Json>, page: &Page, backwards: bool) -> (Vec<Json>, usize) {
    let range = range(page, events.len(), backwards);
    let chosen = range.filter_map(|index| events.get(index).cloned());
    (chosen.collect(), events.len())
}

/// The places of the events of a page.
fn range(page: &Page, all: usize, backwards: bool) -> impl Iterator<Item = usize> + use<> {
    let places = (0..all).map(move |index| match backwards {
        true => all - 1 - index,
        false => index,
    });
    places.skip(page.from).take(page.count)
}

/// `includeExecutionData: false` leaves inputs and outputs out.
fn leave_data_out(event: &mut Json) {
    let details = event
        .as_object_mut()
        .into_iter()
        .flat_map(|members| members.values_mut());
    for members in details.filter_map(Json::as_object_mut) {
        for name in [
            "input",
            "output",
            "parameters",
            "assignedVariables",
            "error",
            "cause",
        ] {
            members.remove(name);
        }
        for name in ["inputDetails", "outputDetails", "assignedVariablesDetails"] {
            if let Some(Json::Object(details)) = members.get_mut(name) {
                details.insert("truncated".to_owned(), Json::Bool(true));
            }
        }
    }
}
