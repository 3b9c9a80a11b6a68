//! `/readyz` while something is wrong with the folder of keys: the process can do its work, and
//! says what the operator should look at, without a name or a path.

use std::fs;
use std::sync::Arc;

use dingpass::clock::Clock as _;

use crate::support::{House, http, open_folder, private_folder};

/// The old set goes on, and the probe says so. It stays 200: taking the process away would
/// mend nothing.
#[tokio::test]
async fn a_broken_folder_of_keys_is_said_and_keeps_the_process_ready() {
    let folder = private_folder();
    let clock = House::start().await.clock;
    let custody = Arc::new(open_folder(folder.path(), clock.now()).unwrap());
    let house = House::plan().custody(custody).start().await;
    let probe = async || {
        let answer = http().get(house.url("/readyz")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(probe().await, (200, "ready\n".to_owned()));

    fs::write(folder.path().join("broken.pem"), "hello").unwrap();
    house.app.look_after_keys().await;
    house.app.look_after_keys().await;
    let (status, text) = probe().await;
    assert_eq!(status, 200);
    assert!(text.starts_with("ready\nkeys: "), "{text}");
    assert!(text.contains("the keys before go on"), "{text}");
    assert!(
        !text.contains("broken.pem") && !text.contains('/'),
        "{text}"
    );
    let jwks = http().get(house.url("/jwks")).send().await.unwrap();
    assert_eq!(jwks.status(), 200);

    fs::remove_file(folder.path().join("broken.pem")).unwrap();
    house.app.look_after_keys().await;
    assert_eq!(probe().await, (200, "ready\n".to_owned()));
}
