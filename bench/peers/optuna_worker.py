"""One worker of an Optuna study whose trials only wait. --create, --states: make the study, print how many trials are in each state."""

import collections
import json
import os
import sys
import time

import optuna
from optuna.storages import RDBStorage, RetryFailedTrialCallback
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.WARNING)
TRIALS = int(os.environ["PEER_TRIALS"])
SETTINGS = {}
if "--heartbeat" in sys.argv:
    # As long as Espalier waits for a heartbeat.
    SETTINGS = {
        "heartbeat_interval": 5,
        "grace_period": 15,
        "failed_trial_callback": RetryFailedTrialCallback(max_retry=3),
    }
storage = RDBStorage(os.environ["PEER_DATABASE"], **SETTINGS)


def objective(trial):
    criterion = trial.suggest_categorical("criterion", ["magnitude", "random", "taylor", "snip", "energy-aware"])
    epochs = trial.suggest_int("epochs", 1, 3)
    # A trial that is tried again is another one, with the same parameters.
    retried = RetryFailedTrialCallback.retried_trial_number(study.trials[trial.number])
    first = trial.number if retried is None else retried
    for step in range(int(os.environ["PEER_STEPS"])):
        time.sleep(float(os.environ["PEER_STEP_SECONDS"]))
        line = {"trial": first, "schedule": f"{criterion} {epochs}", "step": step, "pid": os.getpid(), "time": time.time()}
        with open(os.environ["PEER_JOURNAL"], "a") as journal:
            journal.write(json.dumps(line) + "\n")
    return 0.1, 0.5


study = optuna.create_study(
    study_name=os.environ["PEER_NAME"],
    storage=storage,
    directions=["minimize", "minimize"],
    sampler=optuna.samplers.RandomSampler(seed=os.getpid()),
    load_if_exists=True,
)
if "--states" in sys.argv:
    print(json.dumps(collections.Counter(trial.state.name for trial in study.trials)))
elif "--create" not in sys.argv:
    study.optimize(objective, callbacks=[MaxTrialsCallback(TRIALS, states=(TrialState.COMPLETE,))])
