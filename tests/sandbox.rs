//! An "evil decoder" tries what an attacker would who has taken over the child, and each attempt must fail.
//!
//! A program of its own, without the test harness, because it is both sides: started as `worker-child`
//! it is the evil child, otherwise it is the judge. It is no part of the `kanfang` program.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::time::Duration;

use kanfang::worker::guest::{self, Assignment, refusal};
use kanfang::worker::sandbox::Kind;
use kanfang::worker::supervisor::{Said, Step, StepError, Supervisor};
use kanfang::worker::{Bounds, Refusal};
use nix::libc;
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "worker-child") {
        let succeeded = guest::run_without(left_out, evil);
        std::process::exit(i32::from(!succeeded));
    }
    // What cargo-nextest asks of a test program.
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            say("sandbox: test");
        }
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let failures = runtime.unwrap().block_on(judge());
    for failure in &failures {
        say(&format!("FAILED {failure}"));
    }
    std::process::exit(i32::from(!failures.is_empty()));
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").unwrap();
}

// ---------------------------------------------------------------- the evil child

fn left_out(input: &Value) -> Vec<Kind> {
    serde_json::from_value(input["left_out"].clone()).unwrap_or_default()
}

/// Tries what the input names. `Ok` is what an attacker hopes for.
fn evil(mut assignment: Assignment) -> Result<Value, Refusal> {
    let input = assignment.input.clone();
    let attempt = input["attempt"].as_str().unwrap_or_default();
    let aim = input["aim"].as_str().unwrap_or_default();
    let number = input["number"].as_i64().unwrap_or_default();
    let refused = |error: std::io::Error| refusal("refused", error.to_string());
    match attempt {
        "harmless" => {
            let mut text = String::new();
            assignment.original.read_to_string(&mut text).map_err(refused)?;
            let sums: Vec<u64> = std::thread::scope(|scope| {
                (0..2)
                    .map(|part| scope.spawn(move || (0..1000_u64).map(|n| n * part).sum()))
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            assignment.speaker.log("hello");
            assignment.output.as_mut().unwrap().write_all(b"made").map_err(refused)?;
            Ok(json!({ "read": text, "sums": sums, "walls": assignment.walls }))
        }
        "connect" => TcpStream::connect(aim).map(|_| json!(1)).map_err(refused),
        "bind" => TcpListener::bind(aim).map(|_| json!(1)).map_err(refused),
        "udp" => UdpSocket::bind(aim).map(|_| json!(1)).map_err(refused),
        "resolve" => aim.to_socket_addrs().map(|_| json!(1)).map_err(refused),
        "unix" => UnixStream::connect(aim).map(|_| json!(1)).map_err(refused),
        "unix-bind" => UnixListener::bind(aim).map(|_| json!(1)).map_err(refused),
        "read" => std::fs::read(aim).map(|bytes| json!(bytes.len())).map_err(refused),
        "list" => std::fs::read_dir(aim)
            .map(|entries| json!(entries.count()))
            .map_err(refused)
            .and_then(|count| {
                if count == json!(0) { Err(refusal("refused", "empty".into())) } else { Ok(count) }
            }),
        "stat" => std::fs::metadata(aim).map(|_| json!(1)).map_err(refused),
        "write" => std::fs::write(aim, b"evil").map(|()| json!(1)).map_err(refused),
        "make" => std::fs::create_dir(aim).map(|()| json!(1)).map_err(refused),
        "delete" => std::fs::remove_file(aim).map(|()| json!(1)).map_err(refused),
        "rename" => {
            std::fs::rename(aim, "/tmp/kanfang-evil-renamed").map(|()| json!(1)).map_err(refused)
        }
        "symlink" => {
            std::os::unix::fs::symlink("/etc/passwd", aim).map(|()| json!(1)).map_err(refused)
        }
        "hardlink" => std::fs::hard_link("/etc/passwd", aim).map(|()| json!(1)).map_err(refused),
        "change-original" => {
            (&assignment.original).write_all(b"x").map(|()| json!(1)).map_err(refused)
        }
        "exec" => Command::new(aim).spawn().map(|_| json!(1)).map_err(refused),
        "system-call" => system_call(number, input["args"].as_array().map_or(&[], Vec::as_slice)),
        "parents-file" => {
            std::fs::read_link(format!("/proc/{number}/fd/0")).map(|_| json!(1)).map_err(refused)
        }
        "memory" => {
            let mut hoard = Vec::new();
            for _ in 0..4096 {
                hoard.push(vec![1_u8; 1 << 20]);
            }
            Ok(json!(hoard.len()))
        }
        "cpu" => loop {
            std::hint::spin_loop();
        },
        "sleep" => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        "fill" => {
            let piece = vec![0; 1 << 20];
            for _ in 0..1024 {
                assignment.output.as_mut().unwrap().write_all(&piece).map_err(refused)?;
            }
            Ok(json!(1))
        }
        "threads" => {
            for _ in 0..100_000 {
                let thread = std::thread::Builder::new().stack_size(64 << 10);
                thread.spawn(|| std::thread::sleep(Duration::from_secs(60))).map_err(refused)?;
            }
            Ok(json!(1))
        }
        "files" => {
            let mut copies = Vec::new();
            for _ in 0..1000 {
                copies.push(assignment.original.try_clone().map_err(refused)?);
            }
            Ok(json!(copies.len()))
        }
        "panic" => panic!("on purpose"),
        "abort" => std::process::abort(),
        "exit" => std::process::exit(0),
        "say" => {
            std::io::stdout().write_all(aim.as_bytes()).map_err(refused)?;
            std::io::stdout().flush().map_err(refused)?;
            Ok(json!(1))
        }
        "flood" => loop {
            assignment.speaker.log("x".repeat(400));
        },
        "long-line" => {
            let piece = vec![b'x'; 1 << 20];
            loop {
                std::io::stdout().write_all(&piece).map_err(refused)?;
            }
        }
        "words" => {
            for _ in 0..2000 {
                std::io::stderr().write_all(&[b'e'; 1000]).map_err(refused)?;
            }
            Ok(json!("said"))
        }
        other => Err(refusal("unknown", other.to_owned())),
    }
}

fn system_call(number: i64, args: &[Value]) -> Result<Value, Refusal> {
    let arg = |index: usize| args.get(index).and_then(Value::as_i64).unwrap_or(0);
    // SAFETY: every call in the table below gets numbers or null pointers only, so that the kernel
    // reads and writes no memory of ours; nothing else runs in this process that a success could break.
    #[allow(unsafe_code)]
    let answer = unsafe { libc::syscall(number, arg(0), arg(1), arg(2), arg(3), arg(4), arg(5)) };
    if answer == -1 {
        return Err(refusal("refused", std::io::Error::last_os_error().to_string()));
    }
    if answer == 0 && [libc::SYS_clone, libc::SYS_clone3].contains(&number) {
        // We are a new process: the evil has happened, which the parent will report.
        std::process::exit(0);
    }
    Ok(json!(answer))
}

// ---------------------------------------------------------------- the judge

const BOUNDS: Bounds =
    Bounds { memory_bytes: 192 << 20, output_bytes: 4 << 20, cpu_seconds: 1, threads: 2 };

async fn attempt(input: Value) -> (Result<Value, StepError>, Vec<Said>) {
    let original = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(original.path(), "a picture").unwrap();
    let (original, output) = (File::open(original.path()).unwrap(), tempfile::tempfile().unwrap());
    let supervisor = Supervisor {
        program: std::env::current_exe().unwrap(),
        strict: input["left_out"].is_null(),
        ..Supervisor::default()
    };
    let step = Step {
        name: "evil",
        original: &original,
        further: &[],
        output: Some(&output),
        input,
        bounds: BOUNDS,
        time: Duration::from_secs(4),
    };
    let mut said = Vec::new();
    let result = supervisor.run(&step, |word| said.push(word)).await;
    (result, said)
}

/// Refused by an error, or ended for the attempt.
fn is_refused(result: &Result<Value, StepError>) -> bool {
    match result {
        Err(StepError::Refused(refusal)) => refusal.slug == "refused",
        Err(StepError::Forbidden) => true,
        _ => false,
    }
}

async fn judge() -> Vec<String> {
    let mut failures = Vec::new();
    let (result, said) = attempt(json!({"attempt": "harmless"})).await;
    match result {
        Ok(value)
            if value["read"] == "a picture"
                && value["sums"] == json!([0, 499_500])
                && said.contains(&Said::Line("hello".into())) =>
        {
            say(&format!("walls: {}", value["walls"]))
        }
        other => return vec![format!("the harmless step failed: {other:?}")],
    }
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let socket = folder.path().join("socket");
    let _unix = UnixListener::bind(&socket).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let attempts = attempts(
        &secret.to_string_lossy(),
        &socket.to_string_lossy(),
        &tcp.local_addr().unwrap().to_string(),
    );
    let mut tried = 0;
    for one in &attempts {
        tried += 1;
        let (result, _) = attempt(one.clone()).await;
        if !is_refused(&result) {
            failures.push(format!("{one}: {result:?}"));
        }
    }
    // Several walls: each holds without the others.
    for left_out in [
        json!(["system_calls"]),
        json!(["system_calls", "landlock"]),
        json!(["system_calls", "empty_root"]),
        json!(["empty_root", "landlock"]),
    ] {
        for one in attempts.iter().filter(|one| one["two_walls"] == true) {
            tried += 1;
            let mut one = one.clone();
            one["left_out"] = left_out.clone();
            let (result, _) = attempt(one.clone()).await;
            if !is_refused(&result) {
                failures.push(format!("{one}: {result:?}"));
            }
        }
    }
    if std::fs::read_to_string(&secret).unwrap() != "secret" {
        failures.push("the secret was changed".to_owned());
    }
    tried += resources(&mut failures).await;
    say(&format!("{tried} attempts, {} successes", failures.len()));
    failures
}

/// What is tried, with what it aims at.
fn attempts(secret: &str, socket: &str, tcp: &str) -> Vec<Value> {
    let parent = std::process::id();
    let mut all = Vec::new();
    let network = [
        ("connect", tcp),
        ("connect", "[::1]:80"),
        ("connect", "192.0.2.1:443"),
        ("bind", "127.0.0.1:0"),
        ("bind", "[::]:0"),
        ("udp", "0.0.0.0:0"),
        ("udp", "[::]:0"),
        ("resolve", "example.org:80"),
        ("unix", socket),
        ("unix", "/run/dbus/system_bus_socket"),
        ("unix-bind", "/tmp/kanfang-evil-socket"),
    ];
    let escape = format!("../../../../../../../../{secret}");
    let files = [
        ("read", secret),
        ("read", "/etc/passwd"),
        ("read", "/etc/shadow"),
        ("read", escape.as_str()),
        ("read", "/proc/1/environ"),
        ("read", "/proc/self/maps"),
        ("read", "/proc/self/exe"),
        ("read", "/proc/self/fd/0"),
        ("read", "/dev/zero"),
        ("read", "/sys/kernel/notes"),
        ("list", "/"),
        ("list", "/proc"),
        ("list", "/tmp"),
        ("list", "."),
        ("write", secret),
        ("write", "/tmp/kanfang-evil"),
        ("write", "kanfang-evil"),
        ("write", "/dev/shm/kanfang-evil"),
        ("make", "/tmp/kanfang-evil-folder"),
        ("delete", secret),
        ("rename", secret),
        ("symlink", "/tmp/kanfang-evil-link"),
        ("hardlink", "/tmp/kanfang-evil-link"),
    ];
    for (attempt, aim) in network {
        all.push(json!({"attempt": attempt, "aim": aim}));
    }
    for (attempt, aim) in files {
        // The device never ends: not to be read where the first wall is left out.
        all.push(json!({"attempt": attempt, "aim": aim, "two_walls": aim != "/dev/zero"}));
    }
    all.push(json!({"attempt": "stat", "aim": "/etc/passwd"}));
    all.push(json!({"attempt": "stat", "aim": secret}));
    all.push(json!({"attempt": "change-original"}));
    all.push(json!({"attempt": "parents-file", "number": parent, "two_walls": true}));
    for program in ["/bin/true", "/proc/self/exe", "sh"] {
        all.push(json!({"attempt": "exec", "aim": program}));
    }
    let calls: [(i64, &[i64]); 52] = [
        (libc::SYS_kill, &[parent.into(), 0]),
        (libc::SYS_kill, &[-1, 0]),
        (libc::SYS_tgkill, &[parent.into(), parent.into(), 0]),
        (libc::SYS_tkill, &[parent.into(), 0]),
        (libc::SYS_pidfd_open, &[parent.into(), 0]),
        (libc::SYS_pidfd_send_signal, &[0, 0]),
        (libc::SYS_ptrace, &[0]),
        (libc::SYS_ptrace, &[16, parent.into()]),
        (libc::SYS_process_vm_readv, &[parent.into()]),
        (libc::SYS_process_vm_writev, &[parent.into()]),
        (libc::SYS_clone, &[libc::SIGCHLD as i64]),
        (libc::SYS_clone3, &[0, 0]),
        (libc::SYS_execve, &[0]),
        (libc::SYS_execveat, &[0]),
        (libc::SYS_socket, &[1, 1, 0]),
        (libc::SYS_socket, &[2, 2, 0]),
        (libc::SYS_socket, &[16, 3, 0]),
        (libc::SYS_socket, &[40, 1, 0]),
        (libc::SYS_socketpair, &[1, 1, 0, 0]),
        (libc::SYS_io_uring_setup, &[1, 0]),
        (libc::SYS_userfaultfd, &[0]),
        (libc::SYS_bpf, &[0, 0, 0]),
        (libc::SYS_perf_event_open, &[0]),
        (libc::SYS_keyctl, &[0, -3, 1]),
        (libc::SYS_add_key, &[0]),
        (libc::SYS_request_key, &[0]),
        (libc::SYS_mount, &[0]),
        (libc::SYS_umount2, &[0]),
        (libc::SYS_pivot_root, &[0]),
        (libc::SYS_chroot, &[0]),
        (libc::SYS_unshare, &[0x1000_0000]),
        (libc::SYS_setns, &[0, 0]),
        (libc::SYS_memfd_create, &[0, 0]),
        (libc::SYS_shmget, &[0, 4096, 0o1600]),
        (libc::SYS_setuid, &[0]),
        (libc::SYS_setresuid, &[0, 0, 0]),
        (libc::SYS_setgid, &[0]),
        (libc::SYS_init_module, &[0]),
        (libc::SYS_kexec_load, &[0]),
        (libc::SYS_reboot, &[0]),
        (libc::SYS_swapon, &[0]),
        (libc::SYS_open_by_handle_at, &[0]),
        (libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as i64, 1]),
        (libc::SYS_prctl, &[libc::PR_SET_PDEATHSIG as i64, 0]),
        (libc::SYS_seccomp, &[0]),
        (libc::SYS_setpgid, &[0, 0]),
        (libc::SYS_setsid, &[]),
        (libc::SYS_prlimit64, &[0, 7, 0, 0]),
        (libc::SYS_inotify_init1, &[0]),
        (libc::SYS_epoll_create1, &[0]),
        (libc::SYS_mmap, &[0, 4096, 7, 0x22, -1, 0]),
        (libc::SYS_personality, &[0xffff_ffff]),
    ];
    for (number, args) in calls {
        all.push(json!({"attempt": "system-call", "number": number, "args": args}));
    }
    all
}

/// What eats or lies instead of escaping; answers how many were tried.
async fn resources(failures: &mut Vec<String>) -> usize {
    type Expected = fn(&Result<Value, StepError>) -> bool;
    let cases: [(Value, Expected); 17] = [
        (json!({"attempt": "memory"}), |r| matches!(r, Err(StepError::Memory { .. }))),
        (json!({"attempt": "cpu"}), |r| matches!(r, Err(StepError::TimedOut { seconds: 1 }))),
        (json!({"attempt": "sleep"}), |r| matches!(r, Err(StepError::TimedOut { seconds: 4 }))),
        (json!({"attempt": "fill"}), |r| matches!(r, Err(StepError::Output { .. }))),
        (json!({"attempt": "threads"}), |r| r.is_err()),
        (json!({"attempt": "files"}), is_refused),
        (json!({"attempt": "panic"}), |r| matches!(r, Err(StepError::Crashed { .. }))),
        (json!({"attempt": "abort"}), |r| matches!(r, Err(StepError::Crashed { .. }))),
        (json!({"attempt": "exit"}), |r| matches!(r, Err(StepError::Crashed { .. }))),
        (json!({"attempt": "flood"}), |r| matches!(r, Err(StepError::Protocol(_)))),
        (json!({"attempt": "long-line"}), |r| matches!(r, Err(StepError::Protocol(_)))),
        (json!({"attempt": "say", "aim": "nonsense\n"}), |r| {
            matches!(r, Err(StepError::Protocol(_)))
        }),
        (json!({"attempt": "say", "aim": "{\"result\":1}\n"}), |r| {
            matches!(r, Err(StepError::Protocol(_)))
        }),
        (
            json!({"attempt": "say", "aim": "{\"error\":{\"slug\":\"A B\",\"message\":\"\"}}\n"}),
            |r| matches!(r, Err(StepError::Protocol(_))),
        ),
        (json!({"attempt": "say", "aim": "{\"progress\":\"much\"}\n"}), |r| {
            matches!(r, Err(StepError::Protocol(_)))
        }),
        (json!({"attempt": "say", "aim": "\u{0}\u{0}"}), |r| {
            matches!(r, Err(StepError::Protocol(_)))
        }),
        (json!({"attempt": "words"}), |r| r.is_ok()),
    ];
    let tried = cases.len();
    for (input, expected) in cases {
        let (result, said) = attempt(input.clone()).await;
        if !expected(&result) || said.len() > 1100 {
            failures.push(format!("{input}: {result:?}, {} lines", said.len()));
        }
    }
    tried
}
