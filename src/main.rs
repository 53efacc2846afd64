//! The command line: reads it, starts what it asks for, says in one line why not.

fn main() -> std::process::ExitCode {
    progreda::cli::main()
}
