//! Starting executions: `StartExecution` and `StartSyncExecution`.

use std::sync::Arc;

use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::Slice;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::answered;
use crate::engine::Millis;
use crate::gateway::HttpAnswer;
use crate::gateway::IntegrationResult;
use crate::gateway::Synchrony;
use crate::gateway::step_functions;
use crate::query::Chance;

/// Milliseconds: more than an Express execution may last.
const EXPRESS: Millis = 310_000;

impl Edge {
    pub(crate) async fn start_from(
        self: &Arc<Edge>,
        body: &str,
        request: Request<'_>,
        synchrony: Synchrony,
        chance: &mut Chance,
    ) -> HttpAnswer {
        let call = match step_functions::start(body, synchrony, chance) {
            Ok(call) => call,
            Err(error) => return error.answer(&chance.uuid()),
        };
        let id = chance.uuid();
        let asked = Asked {
            route: None,
            scenario: None,
            limit: EXPRESS,
            slice: Slice::Short,
        };
        // A test case that is not there is the client's mistake, and nothing to try again.
        if let Some(case) = asked.wanted(&call)
            && let Some(found) = self.machine_of(&call, asked)
            && let Err(words) = found.served.choose(Some(case), &call.input)
        {
            return answered(Err(Refused::validation(words, None)), &id);
        }
        let carried = self.start(call.clone(), asked).await;
        match carried.result {
            IntegrationResult::Executed(executed) => {
                let answer = step_functions::executed(&call, &executed, &id);
                match request.text("includedData") {
                    Some("METADATA_ONLY") => without_data(answer),
                    Some(_) | None => answer,
                }
            }
            IntegrationResult::Started { execution_arn, at } => {
                step_functions::started(&execution_arn, at, &id)
            }
            IntegrationResult::Refused(refusal) => {
                step_functions::refused(refusal, &call).answer(&id)
            }
            IntegrationResult::Unreachable(words) => answered(Err(Refused::internal(words)), &id),
            IntegrationResult::TimedOut
            | IntegrationResult::Returned(_)
            | IntegrationResult::Threw { .. }
            | IntegrationResult::Http(_) => {
                let words = carried.explanation.unwrap_or_default();
                answered(Err(Refused::internal(words)), &id)
            }
        }
    }
}

/// The answer without what was sent and what came out.
fn without_data(answer: HttpAnswer) -> HttpAnswer {
    let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
        return answer;
    };
    if let Some(members) = body.as_object_mut() {
        for name in ["input", "output", "error", "cause"] {
            members.remove(name);
        }
        for name in ["inputDetails", "outputDetails"] {
            if let Some(serde_json::Value::Object(details)) = members.get_mut(name) {
                details.insert("included".to_owned(), false.into());
            }
        }
    }
    HttpAnswer {
        body: body.to_string().into_bytes(),
        ..answer
    }
}
