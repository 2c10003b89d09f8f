"""Builds networks in Keras 3, saves them as .keras and HDF5, and writes what Keras answers to given images.

usage: keras_models.py FOLDER     FOLDER/images-<height>.bin holds images' bytes, height x height x channels
"""
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers
from images import load_images


def lenet5():
    image = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D(2)(layers.Conv2D(20, 5, activation="relu")(image))
    x = layers.MaxPooling2D(2)(layers.Conv2D(50, 5, activation="relu")(x))
    x = layers.Dense(500, activation="relu")(layers.Flatten()(x))
    return keras.Model(image, layers.Dense(10, activation="softmax")(x), name="lenet-5")


def sequential():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(2.0, offset=-1.0),
            layers.ZeroPadding2D(((1, 2), (0, 1))),
            layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(scale=False),
            layers.LeakyReLU(negative_slope=0.3),
            layers.SeparableConv2D(12, 3, padding="same", depth_multiplier=2, activation="elu"),
            layers.Conv2D(12, 3, dilation_rate=2, padding="same", groups=3, activation="swish"),
            layers.AveragePooling2D(3, strides=2, padding="same"),
            layers.DepthwiseConv2D(3, depth_multiplier=2, activation="tanh"),
            layers.GlobalMaxPooling2D(),
            layers.Dropout(0.5),
            layers.Dense(16, activation="softplus", use_bias=False),
            layers.BatchNormalization(),
            layers.Dense(10),
        ],
        name="sequential",
    )


def conv(x, filters, kernel=3, strides=1, activation="relu"):
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def resnet20():
    image = keras.Input((32, 32, 3))
    x = conv(image, 16)
    for stage, filters in enumerate([16, 32, 64]):
        for block in range(3):
            strides = 2 if stage > 0 and block == 0 else 1
            y = conv(conv(x, filters, strides=strides), filters, activation=None)
            shortcut = conv(x, filters, 1, strides, None) if strides == 2 else x
            x = layers.ReLU()(layers.Add()([y, shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x), name="resnet-20")


def mobilenet_v2():
    return keras.applications.MobileNetV2(input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=10)


def googlenet():
    def module(x, one, three, five, pooled):
        return layers.Concatenate()(
            [
                conv(x, one, 1),
                conv(conv(x, three // 2, 1), three),
                conv(conv(x, five // 2, 1), five, 5),
                conv(layers.MaxPooling2D(3, strides=1, padding="same")(x), pooled, 1),
            ]
        )

    image = keras.Input((32, 32, 3))
    x = conv(image, 32)
    x = module(x, 16, 32, 8, 8)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(module(x, 24, 48, 16, 8))
    x = layers.GlobalAveragePooling2D()(module(x, 32, 64, 16, 16))
    return keras.Model(image, layers.Dense(10)(x), name="googlenet-like")


def randomise(model):
    random = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            for weight in layer.weights:
                low, high = (0.5, 1.5) if "gamma" in weight.name or "variance" in weight.name else (-0.3, 0.3)
                weight.assign(random.uniform(low, high, weight.shape))
        elif layer.weights and "bias" in layer.weights[-1].name:
            layer.weights[-1].assign(random.uniform(-0.2, 0.2, layer.weights[-1].shape))


folder = sys.argv[1]
for build in [lenet5, sequential, resnet20, mobilenet_v2, googlenet]:
    keras.utils.set_random_seed(7)
    model = build()
    randomise(model)
    images = load_images(folder, model.input_shape[1])
    answers = np.asarray(model(images, training=False), dtype="float32")
    answers.tofile(f"{folder}/{model.name}.answers")
    model.save(f"{folder}/{model.name}.keras")
    model.save(f"{folder}/{model.name}.h5")
