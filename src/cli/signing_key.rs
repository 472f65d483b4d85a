//! `kanfang signing-key`: which keys sign what is published, and a new one where the old one is to go.

use std::path::Path;

use crate::app;
use crate::base::Clock;
use crate::catalogue::signing_keys;
use crate::config::Config;

/// Prints the site's keys, the newest first; with `rotate` after retiring the one in use.
pub fn run(file: Option<&Path>, rotate: bool) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    super::block_on(async {
        let (database, _) = app::storage(&config).await?;
        if rotate {
            let mut tx = database.begin().await?;
            signing_keys::rotate(&mut tx, database.dialect(), Clock::system().now()).await?;
            tx.commit().await?;
        }
        for key in signing_keys::known(&database).await? {
            let until = key.until.map_or_else(|| "in use".to_owned(), |at| format!("until {at}"));
            super::print(&format!("{} from {} {until}", key.public.id(), key.from));
        }
        database.close().await;
        Ok(())
    })
}
