//! Waiting for what is to happen, however busy the machine is.

use std::time::Duration;

const LOOKS: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_mins(1);

/// Looks again and again until it holds; whether it came to hold within a minute.
pub async fn comes(mut holds: impl AsyncFnMut() -> bool) -> bool {
    let looking = async {
        while !holds().await {
            tokio::time::sleep(LOOKS).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.is_ok()
}
