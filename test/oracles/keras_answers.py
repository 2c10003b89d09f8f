"""Loads each FOLDER/*.keras and *.h5 in Keras and writes its answers to FOLDER/<file>.answers.

usage: keras_answers.py FOLDER     FOLDER/images-<height>.bin holds images' bytes, height x height x channels
"""
import glob
import sys

import keras
import numpy as np
from images import load_images

for path in glob.glob(f"{sys.argv[1]}/*.keras") + glob.glob(f"{sys.argv[1]}/*.h5"):
    model = keras.models.load_model(path, compile=False)
    images = load_images(sys.argv[1], model.input_shape[1])
    np.asarray(model(images, training=False), dtype="float32").tofile(f"{path}.answers")
