//! `ValidateStateMachineDefinition`.

use serde_json::Value as Json;
use serde_json::json;

use crate::asl::MachineType;
use crate::asl::service_diagnostics;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::put;

/// Diagnostics of an answer where the request names no number.
const USUAL: usize = 100;

/// What the service says about a definition. All of its findings are errors, so that `severity` leaves none of them out.
pub(crate) fn validate(request: Request<'_>) -> Answer {
    let kind = request.text("type").and_then(MachineType::parse);
    let said = service_diagnostics(request.required("definition"), kind.unwrap_or_default());
    let most = match request.whole("maxResults") {
        None | Some(0) => USUAL,
        Some(most) => usize::try_from(most).unwrap_or(USUAL),
    };
    let diagnostics: Vec<Json> = said
        .iter()
        .take(most)
        .map(|one| {
            let mut told = json!({"severity": "ERROR", "code": one.code, "message": one.message});
            put(
                &mut told,
                "location",
                one.location.as_ref().map(|place| json!(place)),
            );
            told
        })
        .collect();
    let result = if said.is_empty() { "OK" } else { "FAIL" };
    Ok(json!({
        "result": result,
        "diagnostics": diagnostics,
        "truncated": said.len() > most,
    }))
}
