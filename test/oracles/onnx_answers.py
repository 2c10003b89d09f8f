"""Writes what ONNX Runtime answers: for each FOLDER/*.onnx to FOLDER/<name>.onnx.answers.

usage: onnx_answers.py FOLDER     FOLDER/images-<height>.bin holds images' bytes, height x height x channels
"""
import glob
import sys

import numpy as np
import onnxruntime
from images import load_images

for path in glob.glob(f"{sys.argv[1]}/*.onnx"):
    session = onnxruntime.InferenceSession(path)
    (image,) = session.get_inputs()
    images = load_images(sys.argv[1], image.shape[2])
    if image.shape[1] != image.shape[2]:
        images = np.ascontiguousarray(np.transpose(images, (0, 3, 1, 2)))
    session.run(None, {image.name: images})[0].tofile(f"{path}.answers")
