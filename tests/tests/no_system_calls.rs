//! The audio thread never calls the system, whatever moves: a filter of the kernel's own looks at each of the thread's calls (Linux,
//! `seccomp(2)`).
//!
//! A lock that somebody else holds, a wait, a log and a page that an allocator asks for are all calls. The clock may be read, which is
//! none where the system shares its page.

#![cfg(target_os = "linux")]

use lacquer_dsp::ChainSettings;
use lacquer_dsp::engine::Engine;
use lacquer_tests::turns;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Calls that were stopped, and the number of the last one.
static CALLS: AtomicUsize = AtomicUsize::new(0);
static LAST: AtomicI32 = AtomicI32::new(-1);

/// The counts are one for all threads of a test: one thread at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Longest wait for a second and a half of audio, in any build.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where the kernel says which call it stopped: after signal, error, code and, aligned, the place of the call.
const CALL_AT: usize = 24;

extern "C" fn stopped(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    CALLS.fetch_add(1, SeqCst);
    // SAFETY: for this signal the kernel has written the call's number there.
    LAST.store(unsafe { *info.cast::<u8>().add(CALL_AT).cast::<i32>() }, SeqCst);
}

/// From here on each call of this thread but the clock's and the thread's end is counted in its place.
fn watch_this_thread() {
    let step =
        |code: u32, yes: u8, no: u8, k: u32| libc::sock_filter { code: code as u16, jt: yes, jf: no, k };
    let is =
        |call: libc::c_long, to: u8| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, to, 0, call as u32);
    let give = |what: u32| step(libc::BPF_RET | libc::BPF_K, 0, 0, what);
    let mut filter = [
        // The number of the call is the first word of what a filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        is(libc::SYS_clock_gettime, 3),
        is(libc::SYS_rt_sigreturn, 2),
        is(libc::SYS_exit, 1),
        give(libc::SECCOMP_RET_TRAP),
        give(libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the handler does what a handler may, the program outlives the calls, and they are the kernel's own protocol.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = stopped as extern "C" fn(_, _, _) as usize;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()), 0);
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

/// System calls of a thread in `work`, and the number of the last of them. What `work` owns is never freed.
fn system_calls(work: impl FnOnce() + Send + 'static) -> (usize, i32) {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    static DONE: AtomicBool = AtomicBool::new(false);
    DONE.store(false, SeqCst);
    std::thread::spawn(|| {
        watch_this_thread();
        CALLS.store(0, SeqCst);
        work();
        DONE.store(true, SeqCst);
        // Not the way out of a thread that the library has, which frees its stack.
        // SAFETY: nobody joins it.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    });
    let since = Instant::now();
    while !DONE.load(SeqCst) {
        assert!(since.elapsed() < PATIENCE, "the thread has not come to its end: did it panic?");
        std::thread::sleep(Duration::from_millis(1));
    }
    (CALLS.load(SeqCst), LAST.load(SeqCst))
}

#[test]
fn the_watch_sees_a_call() {
    let asked = system_calls(|| {
        // SAFETY: it asks for a number.
        unsafe { libc::syscall(libc::SYS_getppid) };
    });
    assert_eq!(asked, (1, libc::SYS_getppid as i32));
}

#[test]
fn the_engine_never_calls_the_system_while_everything_moves() {
    for spec in turns::specs() {
        let mut engine = Engine::new(&spec, &ChainSettings::default(), Arc::default());
        let mut turns = turns::turns(&spec);
        let (calls, last) = system_calls(move || {
            turns.iter_mut().for_each(|turn| turn.play(&mut engine));
            engine.reset();
            std::mem::forget((engine, turns));
        });
        assert_eq!(calls, 0, "{spec:?}: system calls, the last of them number {last}");
    }
}
