"""A Ray Tune run whose trials only wait, some at a time; Ray starts their processes itself. Writes its trials' states when it ends."""

import collections
import json
import os
import time

from ray import init, tune

JOURNAL = os.environ["PEER_JOURNAL"]
STEPS = int(os.environ["PEER_STEPS"])
STEP_SECONDS = float(os.environ["PEER_STEP_SECONDS"])


def trainable(config):
    for step in range(STEPS):
        time.sleep(STEP_SECONDS)
        schedule = f"{config['criterion']} {config['epochs']}"
        trial = tune.get_context().get_trial_id()
        line = {"trial": trial, "schedule": schedule, "step": step, "pid": os.getpid(), "time": time.time()}
        with open(JOURNAL, "a") as journal:
            journal.write(json.dumps(line) + "\n")
    tune.report({"loss": 0.1})


init(num_cpus=2, include_dashboard=False, log_to_driver=False)
space = {
    "criterion": tune.choice(["magnitude", "random", "taylor", "snip", "energy-aware"]),
    "epochs": tune.randint(1, 4),
}
tuner = tune.Tuner(
    trainable,
    param_space=space,
    tune_config=tune.TuneConfig(num_samples=int(os.environ["PEER_TRIALS"]), max_concurrent_trials=int(os.environ["PEER_AT_ONCE"])),
    run_config=tune.RunConfig(failure_config=tune.FailureConfig(max_failures=3), storage_path=f"{JOURNAL}.ray"),
)
results = tuner.fit()
states = collections.Counter("failed" if result.error else "completed" for result in results)
with open(f"{JOURNAL}.states", "w") as out:
    json.dump(states, out)
