"""Keras 3's compiled fit of LeNet-5 (20-50-500): prints training images a second of a second epoch."""
import sys
import time

import keras
import numpy as np

folder, count = sys.argv[1], int(sys.argv[2])
images = np.fromfile(f"{folder}/train-images-idx3-ubyte", dtype=np.uint8)[16:].reshape(-1, 28, 28, 1)[:count] / np.float32(255)
labels = np.fromfile(f"{folder}/train-labels-idx1-ubyte", dtype=np.uint8)[8:][:count].astype(np.int32)
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(20, 5, activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(50, 5, activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Flatten(),
    keras.layers.Dense(500, activation="relu"),
    keras.layers.Dense(10),
])
model.compile(keras.optimizers.SGD(0.02, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
start = time.perf_counter()
model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
print(count / (time.perf_counter() - start))
