//! The binary: reads the command line and does what it says, in `fadeline::cli`.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    fadeline::cli::run().await
}
