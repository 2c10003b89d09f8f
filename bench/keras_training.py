"""Keras 3's compiled fit and evaluate of a model: prints images a second of a second epoch, and of a second evaluation.

usage: keras_training.py MODEL.keras IMAGES COUNT BATCH     IMAGES: COUNT images' bytes, then a byte for each label
"""
import sys
import time

import keras
import numpy as np

path, packed, count, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
model = keras.models.load_model(path, compile=False)
content = np.fromfile(packed, dtype=np.uint8)
images = content[:-count].reshape(count, *model.input_shape[1:]) / np.float32(255)
labels = content[-count:].astype(np.int32)
model.compile(keras.optimizers.SGD(0.01, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])


def second(work):
    work()
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


print(second(lambda: model.fit(images, labels, batch_size=batch, epochs=1, verbose=0)))
# As it is quicker with one or the other, by machine.
print(max(second(lambda: model.evaluate(images, labels, batch_size=size, verbose=0)) for size in (64, 250)))
