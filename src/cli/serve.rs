//! `serve`: answers over HTTP until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tracing::info;

use super::{Target, change, say};
use crate::config::Serving;
use crate::courier::Courier;
use crate::db::blocking;
use crate::domain::area::BoundaryKind;
use crate::error::{Error, Result};
use crate::register::Register;
use crate::register::coverage::survey::Surveyor;
use crate::server;

/// Arguments of `serve`.
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    serving: Serving,
    #[command(flatten)]
    target: Target,
}

impl Serve {
    /// What of the arguments does not go together.
    pub fn contradiction(&self) -> Option<&'static str> {
        (self.serving.demo && self.target.storage.database_url.is_some()).then_some(
            "--demo has a register of its own in --data-dir; leave --database-url and DATABASE_URL out",
        )
    }

    /// Runs the service.
    pub fn run(&self) -> Result<()> {
        let register = self.target.register()?;
        let is_demo = self.serving.demo && seed(&register)?;
        register
            .db
            .read_here(|conn| register.geography(conn).map(|_| ()))?;
        let failed = |error: std::io::Error| Error::Internal(Box::new(error));
        server::runtime().block_on(async {
            let state = server::state(Arc::clone(&register), &self.serving, server::now)?;
            let (running, address) = server::build(&state, &self.serving)?;
            info!(server.address = %address, "Listening on http://{address}");
            match (is_demo, self.serving.demo) {
                (true, _) => hints(address, &self.target.storage.data_dir)?,
                (false, true) => say(
                    "The register is not empty and not the demonstration's: it is served as it is",
                )?,
                (false, false) => {}
            }
            let surveyor = Surveyor::start(Arc::clone(&register), server::now)?;
            let courier = Courier::new(state.into_inner(), &self.serving.webhooks).start()?;
            let ended = running.await.map_err(failed);
            blocking(move || {
                courier.stop();
                drop(surveyor);
                Ok(())
            })
            .await?;
            ended
        })
    }
}

/// Seeds the register of a demonstration where it is empty; false where it holds something else.
fn seed(register: &Arc<Register>) -> Result<bool> {
    let change = change(register, Some("seeds".to_owned()));
    let seeded = register
        .db
        .write_here(|conn| register.seed(conn, &change, &mut |_, _| ()))?;
    if let Some(seeded) = seeded {
        info!(
            "Seeded {} areas, {} sites, {} subscriber counts and {} settlements (generated, see seeds/README.md)",
            seeded.areas, seeded.sites, seeded.subscriber_counts, seeded.settlements
        );
        return Ok(true);
    }
    register.db.read_here(|conn| {
        let geography = register.geography(conn)?;
        Ok(geography
            .versions("105")
            .any(|info| info.area.boundary_kind == BoundaryKind::Schematic))
    })
}

fn hints(address: SocketAddr, data_dir: &Path) -> Result<()> {
    let base = format!("http://{address}");
    let program = std::env::current_exe().unwrap_or_else(|_| "telecom-inventory".into());
    say(format_args!(
        "The register of a generated province that adds up to the 2016 report is ready. Try:

  curl '{base}/api/v1/districts/105/summary?as_of=2016-12-31'
  curl '{base}/api/v1/summary?level=district&as_of=2016-12-31&f=csv'
  curl '{base}/api/v1/reports/annual?year=2016'
  curl '{base}/api/v1/sites?district=107&technology=3g&limit=3'

In a browser:

  {base}/api/v1/reports/annual?year=2016&f=html
  {base}/docs/

Reading is open here. To write, make a key in another terminal:

  '{}' keys create --role department --name me --data-dir '{}'",
        program.display(),
        data_dir.display()
    ))
}
