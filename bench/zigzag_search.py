"""ZigZag's mapping search of its AlexNet on its eyeriss_like chip (lpf_limit 6). Prints seconds and energy."""

import logging
import os
import tempfile
import time

import zigzag
from zigzag import api

logging.disable(logging.CRITICAL)
inputs = os.path.join(os.path.dirname(zigzag.__file__), 'inputs')
with tempfile.TemporaryDirectory() as out:
    start = time.perf_counter()
    energy, *_ = api.get_hardware_performance_zigzag(
        workload=f'{inputs}/workload/alexnet.onnx',
        accelerator=f'{inputs}/hardware/eyeriss_like.yaml',
        mapping=f'{inputs}/mapping/default.yaml',
        opt='energy', lpf_limit=6, dump_folder=out, pickle_filename=f'{out}/all.pickle')
    print(time.perf_counter() - start, energy)
