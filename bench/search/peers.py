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


def dtlz(name):
    def evaluate(x):
        x = np.asarray(x)
        a, b = x[0], x[1]
        if name == "dtlz2":
            g = 1 + np.sum((x[2:] - 0.5) ** 2)
            u, v = a * math.pi / 2, b * math.pi / 2
            return tuple(float(g * f) for f in (math.cos(u) * math.cos(v), math.cos(u) * math.sin(v), math.sin(u)))
        g = 1 + 9 * np.mean(x[2:])
        h = 3 - sum(f / (1 + g) * (1 + math.sin(3 * math.pi * f)) for f in (a, b))
        return float(a), float(b), float((1 + g) * h)

    return evaluate


def with_cliff(evaluate):
    def cliff(x):
        loss, energy = evaluate(x)
        return (1.0 if 0.02 + 0.98 * min(x[0], x[1]) < 0.15 else loss), energy

    return cliff


def of_mixed(evaluate, x, kind, strength, epochs):
    loss, energy = evaluate(x)
    gentler = {"plain": 1, "repaired": 0.85, "strong": 0.7 + 2 * ((strength or 0) - 0.7) ** 2}[kind]
    return 1 - (1 - loss) ** (gentler * (0.8 + 0.4 / epochs)), energy


def suggest_mixed(trial, variables):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(variables)]
    kind = trial.suggest_categorical("kind", ["plain", "repaired", "strong"])
    strength = trial.suggest_float("strength", 0, 1) if kind == "strong" else None
    return x, kind, strength, trial.suggest_int("epochs", 1, 5)


def with_optuna(sampler):
    def search(evaluate, variables, evaluations, seed, objectives, mixed, noise):
        results = []
        study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler(seed))
        random = np.random.default_rng(seed)
        asks = []
        for _ in range(evaluations):
            began = time.perf_counter()
            trial = study.ask()
            if mixed:
                asked = suggest_mixed(trial, variables)
            else:
                x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(variables)]
            asks.append(time.perf_counter() - began)
            results.append(of_mixed(evaluate, *asked) if mixed else evaluate(x))
            first, *others = results[-1]
            study.tell(trial, (first + noise * random.standard_normal(), *others))
        return results, asks

    return search


def with_pymoo(evaluate, variables, evaluations, seed, objectives, mixed, noise):
    results = []
    random = np.random.default_rng(seed)

    class Function(Problem):
        def __init__(self):
            super().__init__(n_var=variables, n_obj=objectives, xl=0.0, xu=1.0)

        def _evaluate(self, xs, out, *args, **kwargs):
            values = [evaluate(x) for x in xs]
            results.extend(values)
            out["F"] = np.array(values)
            out["F"][:, 0] += noise * random.standard_normal(len(values))

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
    name = task["problem"]
    evaluate = prune(task["constants"]) if "constants" in task else dtlz(name) if "dtlz" in name else zdt(name)
    if name.endswith("-cliff"):
        evaluate = with_cliff(evaluate)
    mixed = name.endswith("-mixed")
    results, asks = METHODS[task["method"]](
        evaluate, task["variables"], task["evaluations"], task["seed"], len(task["reference"]), mixed, task["noise"]
    )
    volumes = [
        moocore.hypervolume(np.array(results[:count]), ref=np.array(task["reference"])) for count in task["checkpoints"]
    ]
    first = [0.3 + 0.4 * (i % 2) for i in range(task["variables"])]
    first = of_mixed(evaluate, first, "strong", 0.4, 2) if mixed else evaluate(first)
    answer = {"volumes": volumes, "askSeconds": float(np.mean(asks[-20:])) if asks else None, "check": first}
    print(json.dumps(answer), flush=True)
