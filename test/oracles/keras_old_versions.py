"""Saves a model as an old version of Keras does, with what it answers to random images: made once, by hand, the files lie in
test/keras-files.

usage: keras_old_versions.py FOLDER VERSION [SAVING_LIB]
       with that version of Keras, or of tf_keras, on PYTHONPATH, and TensorFlow. SAVING_LIB is the file saving_lib.py of
       keras 2.12 to 2.14, whose ways of naming groups tf_keras then takes over: those versions run on no newer TensorFlow.
"""
import ast
import os
import sys
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
folder, version, *saving_lib = sys.argv[1:]
if version.startswith("2."):
    import tf_keras as keras
    from tf_keras.src.saving import saving_lib as lib
else:
    import keras
import numpy as np

if saving_lib:
    # What version 2.12 calls the method.
    source = open(saving_lib[0]).read().replace("_save_own_variables", "save_own_variables")
    for node in ast.parse(source).body:
        names = [getattr(node, "name", None)] + [getattr(target, "id", None) for target in getattr(node, "targets", [])]
        if {"_walk_trackable", "_save_container_state", "_save_state", "ATTR_SKIPLIST"} & set(names):
            exec(ast.get_source_segment(source, node), vars(lib))

L = keras.layers


def conv(filters, **options):
    return L.Conv2D(filters, 3, padding="same", **options)


def inner(name):
    image = keras.Input((9, 9, 4))
    y = L.BatchNormalization()(conv(4, name="first")(image))
    return keras.Model(image, L.Add()([y, image]), name=name)


image = keras.Input((9, 9, 3))
a, b = conv(4)(image), conv(4, activation="relu", name="first")(image)
x = L.ReLU()(L.Add()([b, a]))
x = inner("one")(x)
x = inner("another")(x)
x = keras.Sequential([keras.Input((9, 9, 4)), conv(4), L.BatchNormalization(), L.ReLU(6.0)])(x)
x = L.BatchNormalization(scale=False)(L.SeparableConv2D(4, 3)(x))
shared = L.DepthwiseConv2D(3, padding="same")
x = L.LeakyReLU(0.2)(shared(L.Activation("tanh")(shared(x))))
model = keras.Model(image, L.Dense(4)(L.Flatten()(x)), name="model")
random = np.random.default_rng(1)
model.set_weights([random.uniform(0.3, 1.2, w.shape) for w in model.get_weights()])
images = np.random.default_rng(2).integers(0, 256, (3, 9, 9, 3), dtype="uint8")
images.tofile(f"{folder}/images.bin")
np.asarray(model(images.astype("float32") / 255, training=False)).tofile(f"{folder}/{version}.answers")
model.save(f"{folder}/whole.keras")
with zipfile.ZipFile(f"{folder}/whole.keras") as whole, zipfile.ZipFile(f"{folder}/{version}.keras", "w", zipfile.ZIP_DEFLATED) as small:
    for name in whole.namelist():
        small.writestr(name, whole.read(name))
os.remove(f"{folder}/whole.keras")
