"""Median milliseconds of moocore's hypervolume of the fronts that come on stdin."""

import json
import statistics
import sys
import time

import moocore
import numpy as np

answer = {}
for name, points in json.load(sys.stdin).items():
    front = np.array(points)
    reference = np.ones(front.shape[1])
    times = []
    for _ in range(8):
        began = time.perf_counter()
        moocore.hypervolume(front, ref=reference)
        times.append(1000 * (time.perf_counter() - began))
    answer[name] = statistics.median(times[1:])
print(json.dumps(answer))
