import { spawn } from "node:child_process";
import { seconds } from "./account.mjs";

/**
 * Runs a program to its end. Its output is kept and only shown in the error, so that the account stays readable.
 * With `progress`, says every now and then that it is still at work. With `timeoutSeconds`, ends it after that.
 */
export function run(program, args, { cwd, env, progress, timeoutSeconds } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a time limit ends what the program itself started as well.
      detached: true,
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const stopProgress = progress === undefined ? () => {} : showProgress(progress);
    const limit =
      timeoutSeconds === undefined ? undefined : setTimeout(() => endGroup(child.pid), timeoutSeconds * 1000);
    const onSignal = () => {
      endGroup(child.pid);
      process.exit(130);
    };
    process.once("SIGINT", onSignal);
    process.once("SIGTERM", onSignal);
    const settle = (outcome) => {
      stopProgress();
      clearTimeout(limit);
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      outcome();
    };
    child.on("error", (error) => settle(() => reject(error)));
    child.on("close", (code, signal) =>
      settle(() => {
        if (code === 0) resolve(output);
        else reject(new Error(`${program} ended with ${code ?? signal}:\n${output.trimEnd()}`));
      }),
    );
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is already gone.
  }
}

function showProgress(what) {
  const started = Date.now();
  if (process.stdout.isTTY) {
    const timer = setInterval(() => process.stdout.write(`\rset-up: ${what}: ${seconds(started)} s `), 1000);
    return () => {
      clearInterval(timer);
      process.stdout.write("\r\u001b[K");
    };
  }
  const timer = setInterval(() => console.log(`set-up: ${what}: still at it, ${seconds(started)} s`), 15_000);
  return () => clearInterval(timer);
}
