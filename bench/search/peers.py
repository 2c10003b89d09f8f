"""The peers' searches of the problems that come on stdin, a line of JSON for each that is done. Samplers have their defaults."""

import json
import math
import sys
import time
import warnings

import moocore
import numpy as np
import optuna
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.optimize import minimize

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def prune(constants):
    e, s, p = (np.array(constants[key]) for key in "esp")

    def evaluate(x):
        d = 0.02 + 0.98 * np.asarray(x)
        r = 1 - d
        damage = np.sum(s * r**p) + constants["coupling"] * np.sum((r[:-1] * r[1:]) ** 4)
        return 1 - math.exp(-0.35 * damage), float(np.sum(e * (0.25 * np.sqrt(d) + 0.75 * d)))

    return evaluate


def zdt(name):
    def evaluate(x):
        x = np.asarray(x)
        f = x[0]
        g = 1 + 9 * np.mean(x[1:])
        if name == "zdt1":
            h = 1 - math.sqrt(f / g)
        elif name == "zdt2":
            h = 1 - (f / g) ** 2
        elif name == "zdt3":
            h = 1 - math.sqrt(f / g) - f / g * math.sin(10 * math.pi * f)
        elif name == "zdt4":
            y = 10 * x[1:] - 5
            g = 1 + 10 * len(y) + np.sum(y**2 - 10 * np.cos(4 * math.pi * y))
            h = 1 - math.sqrt(f / g)
        else:
            f = 1 - math.exp(-4 * f) * math.sin(6 * math.pi * f) ** 6
            g = 1 + 9 * np.mean(x[1:]) ** 0.25
            h = 1 - (f / g) ** 2
        return float(f), float(g * h)

    return evaluate


def with_optuna(sampler):
    def search(evaluate, variables, evaluations, seed):
        results = []
        study = optuna.create_study(directions=["minimize"] * 2, sampler=sampler(seed))
        asks = []
        for _ in range(evaluations):
            began = time.perf_counter()
            trial = study.ask()
            x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(variables)]
            asks.append(time.perf_counter() - began)
            results.append(evaluate(x))
            study.tell(trial, results[-1])
        return results, asks

    return search


def with_pymoo(evaluate, variables, evaluations, seed):
    results = []

    class Function(Problem):
        def __init__(self):
            super().__init__(n_var=variables, n_obj=2, xl=0.0, xu=1.0)

        def _evaluate(self, xs, out, *args, **kwargs):
            values = [evaluate(x) for x in xs]
            results.extend(values)
            out["F"] = np.array(values)

    minimize(Function(), NSGA2(pop_size=50), ("n_eval", evaluations), seed=seed)
    return results, []


METHODS = {
    "Optuna TPE": with_optuna(lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)),
    "Optuna NSGA-II": with_optuna(lambda seed: optuna.samplers.NSGAIISampler(seed=seed)),
    "Optuna GPSampler": with_optuna(lambda seed: optuna.samplers.GPSampler(seed=seed)),
    "pymoo NSGA-II": with_pymoo,
}

for line in sys.stdin:
    task = json.loads(line)
    evaluate = prune(task["constants"]) if "constants" in task else zdt(task["problem"])
    results, asks = METHODS[task["method"]](evaluate, task["variables"], task["evaluations"], task["seed"])
    volumes = [
        moocore.hypervolume(np.array(results[:count]), ref=np.array(task["reference"])) for count in task["checkpoints"]
    ]
    first = evaluate([0.3 + 0.4 * (i % 2) for i in range(task["variables"])])
    answer = {"volumes": volumes, "askSeconds": float(np.mean(asks[-20:])) if asks else None, "check": first}
    print(json.dumps(answer), flush=True)
