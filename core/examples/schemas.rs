//! Prints the JSON Schemas of every operation, from which the types of all bindings are generated.

fn main() {
    println!("{:#}", serde_json::to_value(dealdesk::wire::schemas()).expect("schemas are JSON"));
}
