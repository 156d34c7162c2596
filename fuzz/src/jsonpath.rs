//! A path and a document: reading is definite or a list, and what a Reference Path writes it reads.

use stepwright::query::Value;
use stepwright::query::jsonpath::Path;
use stepwright::query::jsonpath::PathError;

const DOCUMENT: &str = r#"{"a":1,"b":[1,2.5,"x",null,{"a":[[1],[2,3]],"c":{"d":true}}],"c":{"a":"2026-01-01T00:00:00Z",
    "b'":[{"p":8.95,"t":"fiction"},{"p":12,"t":"x\"y"}]},"é":{"":[]},"order":{"items":[{"sku":"A","n":1},{"sku":"B","n":2}]}}"#;

/// The first line is the path, the rest the document; a fixed one where that is no JSON.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (path, document) = text.split_once('\n').unwrap_or((&text, ""));
    let Ok(path) = Path::parse(path) else {
        return;
    };
    let document = Value::parse(document)
        .or_else(|_| Value::parse(DOCUMENT))
        .unwrap_or_default();
    let again = Path::parse(path.text()).expect("a path's own text is a path");
    assert_eq!(again.is_definite(), path.is_definite());
    let read = path.read(&document);
    assert_eq!(
        read,
        again.read(&document),
        "reading twice is reading the same"
    );
    if let Err(PathError::Invalid {
        position: Some(at), ..
    }) = &read
    {
        assert!(*at <= path.text().chars().count());
    }
    if path.is_reference() {
        assert!(path.is_definite(), "a Reference Path names one value");
        let mut copy = document.clone();
        let new = Value::string("written");
        if path.write(&mut copy, new.clone()).is_ok() {
            assert_eq!(path.read(&copy), Ok(new), "{}", path.text());
        }
        // JSON is read to a depth of 127.
        if path.text().len() < 127 {
            assert!(Value::parse(&copy.to_json()).is_ok());
        }
    } else {
        let mut copy = document.clone();
        let _ = path.write(&mut copy, Value::Null);
    }
}
