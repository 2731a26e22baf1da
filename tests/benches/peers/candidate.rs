//! What stands between a host's buffers.

/// A processor in blocks of one length, Lacquer's or a peer's.
pub trait Candidate {
    /// What has to be done between blocks and is not timed.
    fn before(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
    /// Processes a block in place.
    fn process(&mut self, channels: [&mut [f32]; 2]);
    /// The latency that it reports, in frames.
    fn latency_samples(&self) -> usize;
}
