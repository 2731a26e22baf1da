//! Every crossing between threads, and nothing else.

pub mod meter_bank;
pub mod meter_controls;
pub mod monitor_controller;
pub mod readings;
pub mod ring;
