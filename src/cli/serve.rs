//! `serve`: answers over HTTP until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use tracing::info;

use super::{Target, change, say};
use crate::config::Serving;
use crate::error::{Error, Result};
use crate::register::Register;
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
    /// Runs the service.
    pub fn run(&self) -> Result<()> {
        let register = self.target.register()?;
        if self.serving.demo {
            seed(&register)?;
        }
        register
            .db
            .read_here(|conn| register.geography(conn).map(|_| ()))?;
        let failed = |error: std::io::Error| Error::Internal(Box::new(error));
        server::runtime().block_on(async {
            let state = server::state(Arc::clone(&register), &self.serving, server::now)?;
            let (running, address) = server::build(&state, &self.serving)?;
            info!(server.address = %address, "Listening on http://{address}");
            if self.serving.demo {
                hints(address)?;
            }
            running.await.map_err(failed)
        })
    }
}

fn seed(register: &Arc<Register>) -> Result<()> {
    let change = change(register, Some("seeds".to_owned()));
    if let Some(seeded) = register
        .db
        .write_here(|conn| register.seed(conn, &change, &mut |_, _| ()))?
    {
        info!(
            "Seeded {} areas, {} sites and {} subscriber counts (generated, see seeds/README.md)",
            seeded.areas, seeded.sites, seeded.subscriber_counts
        );
    }
    Ok(())
}

fn hints(address: SocketAddr) -> Result<()> {
    let base = format!("http://{address}");
    say(format_args!(
        "The register of a generated province that adds up to the 2016 report is ready. Try:

  curl '{base}/api/v1/districts/105/summary?as_of=2016-12-31'
  curl '{base}/api/v1/summary?level=district&as_of=2016-12-31&f=csv'
  curl '{base}/api/v1/reports/annual?year=2016'
  curl '{base}/api/v1/sites?district=107&technology=3g&limit=3'
  open  {base}/api/v1/reports/annual?year=2016&f=html
  open  {base}/docs/

Reading is open here. To write, make a key in another terminal:

  telecom-inventory keys create --role department --name me"
    ))
}
