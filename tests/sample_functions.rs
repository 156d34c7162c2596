//! The sample order-processing with its own functions on this machine: nothing of the stock is lost by an order that fails.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use serde_json::json;

/// Whether Node.js is on this machine; says so where it is not.
fn has_node() -> bool {
    let there = Command::new("node").arg("--version").output().is_ok();
    if !there {
        println!("Node.js is not on this machine: the functions of the sample are not tested");
    }
    there
}

struct Shop {
    folder: tempfile::TempDir,
    orders: std::cell::Cell<u32>,
}

impl Shop {
    fn open() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let mocks = json!({
            "Save order": [{"return": {}, "repeat": true}],
            "Send notification": [{"return": {"MessageId": "1"}, "repeat": true}]
        });
        std::fs::write(folder.path().join("mocks.json"), mocks.to_string()).unwrap();
        let orders = std::cell::Cell::new(0);
        Shop { folder, orders }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn free(&self) -> Value {
        let text = std::fs::read_to_string(self.path("stock.json")).unwrap();
        let stock: Value = serde_json::from_str(&text).unwrap();
        stock["free"].clone()
    }

    fn order(&self, items: &Value, payment: &Value, mocks: &str) -> Value {
        let sample =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-workflows/order-processing");
        self.orders.set(self.orders.get() + 1);
        let id = format!("ord_{}", self.orders.get());
        let input = json!({
            "order": {"id": id, "items": items},
            "customer": {"id": "cus_1"},
            "payment": payment
        });
        let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("run")
            .arg(sample.join("order-processing.asl.json"))
            .args([
                "--backend",
                "local",
                "--allow",
                "command",
                "--format",
                "json",
            ])
            .arg("--mocks")
            .arg(self.path(mocks))
            .args(["--input", &input.to_string()])
            .env("STOCK_FILE", self.path("stock.json"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn calls_of<'a>(summary: &'a Value, state: &str) -> Vec<&'a Value> {
    let calls = summary["calls"].as_array().unwrap();
    let own = |call: &&Value| call["state"].as_str().unwrap().ends_with(state);
    calls.iter().filter(own).collect()
}

#[test]
fn what_a_failing_order_held_is_given_back() {
    if !has_node() {
        return;
    }
    let shop = Shop::open();
    let two = json!([{"sku": "SKU-104", "quantity": 2}, {"sku": "SKU-118", "quantity": 1}]);
    let card = json!({"processor": "stripe", "token": "tok_1"});
    let placed = shop.order(&two, &card, "mocks.json");
    assert_eq!(placed["status"], "SUCCEEDED", "{placed}");
    assert_eq!(placed["output"]["total"], 84.9);
    let after = json!({"SKU-104": 8, "SKU-118": 9, "SKU-200": 10});
    assert_eq!(shop.free(), after);

    // Refused four times: the first call and three retries, each after a longer wait.
    let refused = json!({"processor": "paypal", "token": "tok_declined"});
    let declined = shop.order(&two, &refused, "mocks.json");
    assert_eq!(declined["error"], "PaymentDeclined", "{declined}");
    assert_eq!(shop.free(), after);
    let tries = calls_of(&declined, "Process PayPal");
    let attempts: Vec<i64> = tries
        .iter()
        .map(|call| call["attempt"].as_i64().unwrap())
        .collect();
    assert_eq!(attempts, [0, 1, 2, 3]);
    let starts: Vec<&str> = tries
        .iter()
        .map(|call| call["start"].as_str().unwrap())
        .collect();
    assert_eq!(starts, ["cold", "warm", "warm", "warm"]);
    assert_eq!(tries[1]["log"], "paypal is asked for 84.9\n");
    assert!(
        declined["duration_ms"].as_i64().unwrap() >= 7_000,
        "{declined}"
    );

    let many = json!([{"sku": "SKU-104", "quantity": 2}, {"sku": "SKU-200", "quantity": 99}]);
    let short = shop.order(&many, &card, "mocks.json");
    assert_eq!(short["error"], "OutOfStock", "{short}");
    assert_eq!(shop.free(), after);

    let bitcoin = json!({"processor": "bitcoin", "token": "tok_1"});
    let unsupported = shop.order(&two, &bitcoin, "mocks.json");
    assert_eq!(
        unsupported["error"], "UnsupportedProcessor",
        "{unsupported}"
    );
    assert_eq!(shop.free(), after);

    // The order cannot be saved: the charge is refunded, then the items go back.
    let mocks = json!({
        "Save order": [{"throw": {"error": "DynamoDB.ConditionalCheckFailedException", "cause": "there is one"}}],
        "Send notification": [{"return": {"MessageId": "1"}}]
    });
    std::fs::write(shop.path("save-fails.json"), mocks.to_string()).unwrap();
    let lost = shop.order(&two, &card, "save-fails.json");
    assert_eq!(lost["status"], "FAILED");
    assert_eq!(calls_of(&lost, "Refund payment").len(), 1, "{lost}");
    assert_eq!(shop.free(), after);

    let unknown = json!([{"sku": "SKU-999", "quantity": 1}]);
    let rejected = shop.order(&unknown, &card, "mocks.json");
    assert_eq!(rejected["error"], "InvalidOrder", "{rejected}");
    assert_eq!(shop.free(), after);
}
