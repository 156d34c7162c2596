//! Lists in pages. A token says where the next page begins and which list it belongs to, and nothing a client could
//! count on.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::driver::endpoint::store::fingerprint;

/// Items of a page where the request names no number.
const USUAL: usize = 100;

/// Where a page begins, and how many items it may have.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub from: usize,
    pub count: usize,
    of: String,
}

impl Page {
    /// `of` names the list, with whatever changes what is in it.
    ///
    /// # Errors
    /// `InvalidToken`: the token is not one of this list.
    pub(crate) fn of(request: Request<'_>, of: &str) -> Result<Page, Refused> {
        let of = fingerprint(of).chars().take(16).collect::<String>();
        let from = match request.text("nextToken") {
            None => 0,
            Some(token) => read(token, &of).ok_or_else(|| Refused::token(token))?,
        };
        let count = match request.whole("maxResults") {
            None | Some(0) => USUAL,
            Some(count) => usize::try_from(count).unwrap_or(USUAL),
        };
        Ok(Page { from, count, of })
    }

    /// The token of the page after this one.
    pub(crate) fn next(&self, all: usize) -> Option<Json> {
        let next = self.from.saturating_add(self.count);
        (next < all).then(|| {
            let text = format!("{} {next}", self.of);
            BASE64_URL_SAFE_NO_PAD.encode(text).into()
        })
    }

    /// An answer with the items of this page.
    pub(crate) fn answer(&self, name: &str, items: Vec<Json>) -> Answer {
        let all = items.len();
        let items: Vec<Json> = items.into_iter().skip(self.from).take(self.count).collect();
        let mut answer = json!({ name: items });
        put(&mut answer, "nextToken", self.next(all));
        Ok(answer)
    }
}

fn read(token: &str, of: &str) -> Option<usize> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (list, from) = text.split_once(' ')?;
    from.parse().ok().filter(|_| list == of)
}
