"""Runs each FOLDER/exported/NAME.keras, .h5 and .onnx in Keras or ONNX Runtime on FOLDER/NAME.images (bytes), and writes
what it answers to FOLDER/exported/<file>.answers.

usage: conformance_answers.py FOLDER
"""
import glob
import os
import sys
import warnings

import keras
import numpy as np
import onnxruntime

warnings.filterwarnings("ignore", message="The structure of `inputs`")
folder = sys.argv[1]
for path in sorted(glob.glob(f"{folder}/exported/*")):
    name, kind = os.path.basename(path).rsplit(".", 1)
    if kind not in ("keras", "h5", "onnx"):
        continue
    pixels = np.fromfile(f"{folder}/{name}.images", dtype="uint8").astype("float32") / 255
    if kind == "onnx":
        session = onnxruntime.InferenceSession(path)
        [image] = session.get_inputs()
        _, channels, height, width = image.shape
        images = pixels.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        answers = session.run(None, {image.name: images})[0]
    else:
        model = keras.models.load_model(path, compile=False)
        answers = model(pixels.reshape(-1, *model.input_shape[1:]), training=False)
    np.asarray(answers, dtype="float32").tofile(f"{path}.answers")
