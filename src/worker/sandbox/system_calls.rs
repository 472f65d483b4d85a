//! seccomp: the few system calls that computing on open files needs.
//!
//! Three filters, of which the kernel obeys the strictest answer: what only an attacker would try ends
//! the process at once; what is not needed is refused; `clone3`, whose flags a filter cannot see, is
//! said not to exist, so that the C library makes its threads by `clone`.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Applies the filters to this thread and all that it will start.
pub(super) fn restrict() -> Result<String, String> {
    // All are compiled first: once the second holds, no further one can be added but by itself.
    let programs = [
        program(deadly().map_err(said)?, SeccompAction::KillProcess, SeccompAction::Allow),
        program(
            BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
            SeccompAction::Errno(libc::ENOSYS as u32),
            SeccompAction::Allow,
        ),
        program(
            needed().map_err(said)?,
            SeccompAction::Allow,
            SeccompAction::Errno(libc::EPERM as u32),
        ),
    ]
    .into_iter()
    .collect::<Result<Vec<_>, _>>()?;
    for program in &programs {
        apply_filter(program).map_err(said)?;
    }
    Ok("computing only".to_owned())
}

fn program(
    rules: Rules,
    matched: SeccompAction,
    other: SeccompAction,
) -> Result<BpfProgram, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(said)?;
    let filter = SeccompFilter::new(rules, other, matched, arch).map_err(said)?;
    filter.try_into().map_err(said)
}

/// What no decoder ever has a reason to try.
fn deadly() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = [
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_kexec_load,
        libc::SYS_open_by_handle_at,
        libc::SYS_memfd_create,
        libc::SYS_shmget,
        libc::SYS_shmat,
        libc::SYS_setuid,
        libc::SYS_setresuid,
        libc::SYS_capset,
        libc::SYS_reboot,
        libc::SYS_swapon,
    ]
    .into_iter()
    .map(|call| (call, Vec::new()))
    .collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
    // A new process instead of a thread.
    rules.insert(libc::SYS_clone, vec![flags_are(0, libc::CLONE_THREAD as u64, 0)?]);
    Ok(rules)
}

/// What decoding, computing and writing to open files needs.
fn needed() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = [
        // Open files.
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_pread64,
        libc::SYS_pwrite64,
        libc::SYS_preadv,
        libc::SYS_pwritev,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_ftruncate,
        libc::SYS_fallocate,
        libc::SYS_fsync,
        libc::SYS_fdatasync,
        libc::SYS_fadvise64,
        libc::SYS_close,
        // Memory.
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        // Threads.
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_membarrier,
        libc::SYS_clone3,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        // Time and chance.
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_getrusage,
        libc::SYS_sysinfo,
    ]
    .into_iter()
    .map(|call| (call, Vec::new()))
    .collect();
    // Memory that is never executable: no code comes in.
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![flags_are(2, libc::PROT_EXEC as u64, 0)?]);
    }
    let thread = libc::CLONE_THREAD as u64;
    rules.insert(libc::SYS_clone, vec![flags_are(0, thread, thread)?]);
    // A signal to a thread of one's own: how `abort` ends.
    rules.insert(libc::SYS_tgkill, vec![equals(0, std::process::id().into())?]);
    // The name of a thread.
    rules.insert(libc::SYS_prctl, vec![equals(0, libc::PR_SET_NAME as u64)?]);
    let fcntl = [libc::F_GETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
    let fcntl =
        fcntl.into_iter().map(|command| equals(1, command as u64)).collect::<Result<_, _>>()?;
    rules.insert(libc::SYS_fcntl, fcntl);
    Ok(rules)
}

fn flags_are(
    argument: u8,
    mask: u64,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    let operator = SeccompCmpOp::MaskedEq(mask);
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value)?;
    SeccompRule::new(vec![condition])
}

fn equals(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    let condition =
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?;
    SeccompRule::new(vec![condition])
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
