//! Who is served: what the radios of the register cover, computed from their parameters and, where there is elevation data,
//! from the terrain.

pub mod elevation;
pub mod field;
pub mod lattice;
mod number;
pub mod propagation;
pub mod window;
