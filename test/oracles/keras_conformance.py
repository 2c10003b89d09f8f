"""Builds small models in Keras, each with another layer or another field of a layer's configuration, saves them as .keras
and HDF5, and writes what Keras answers to random images.

usage: keras_conformance.py FOLDER     writes FOLDER/NAME.keras, .h5, .images (bytes), .answers (float32), and index.json
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers as L

IMAGES = 3
folder = sys.argv[1]
index = []


def randomise(model):
    """Weights of which none is zero or one, so that one in another's place shows."""
    random = np.random.default_rng(1)
    model.set_weights([random.uniform(0.3, 1.2, w.shape) * random.choice([-1, 1], w.shape) for w in model.get_weights()])
    for weight in model.weights:
        if "variance" in weight.name:
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    for layer in model._flatten_layers():
        if isinstance(layer, L.Normalization):
            layer.finalize_state()


def save(name, model, refused=False, tolerance=1e-4):
    """@param refused: Espalier does not know it, and says so"""
    randomise(model)
    shape = model.input_shape[1:]
    images = np.random.default_rng(2).integers(0, 256, (IMAGES, *shape), dtype="uint8")
    answers = np.asarray(model(images.astype("float32") / 255, training=False), dtype="float32")
    assert np.isfinite(answers).all() and np.ptp(answers) > 1e-3, f"{name} gives {answers}"
    images.tofile(f"{folder}/{name}.images")
    answers.tofile(f"{folder}/{name}.answers")
    model.save(f"{folder}/{name}.keras")
    model.save(f"{folder}/{name}.h5")
    index.append({"name": name, "refused": refused, "tolerance": tolerance})


def sequence(name, *layers, shape=(9, 9, 3), end=True, **options):
    """The layers, and a classifier behind them."""
    last = [L.Flatten(), L.Dense(4)] if end else []
    save(name, keras.Sequential([keras.Input(shape), *layers, *last], name="model"), **options)


def graph(name, build, shape=(9, 9, 3), **options):
    image = keras.Input(shape)
    save(name, keras.Model(image, L.Dense(4)(L.Flatten()(build(image))), name="model"), **options)


# Convolutions.
sequence("conv-strides", L.Conv2D(4, 3, strides=2, padding="same"))
sequence("conv-strides-tuple", L.Conv2D(4, (3, 2), strides=(2, 2)))
sequence("conv-strides-unequal", L.Conv2D(4, 3, strides=(2, 1)), refused=True)
sequence("conv-same-even", L.Conv2D(4, 4, padding="same"))
sequence("conv-padding-upper", L.Conv2D(4, 4, padding="SAME"))
sequence("conv-dilation", L.Conv2D(4, 3, dilation_rate=2))
sequence("conv-dilation-unequal", L.Conv2D(4, 3, dilation_rate=(2, 1)), refused=True)
sequence("conv-groups", L.Conv2D(6, 3, groups=3, use_bias=False))
sequence("conv-one-pixel", L.Conv2D(4, 9), L.Conv2D(5, 1, activation="relu"))
sequence("depthwise", L.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same", activation="tanh"))
sequence("depthwise-dilation", L.DepthwiseConv2D(3, dilation_rate=2, use_bias=False))
sequence("separable", L.SeparableConv2D(5, 3, depth_multiplier=3, padding="same", activation="sigmoid"))
sequence("separable-strides", L.SeparableConv2D(5, 3, strides=2, use_bias=False))
sequence("conv-transposed", L.Conv2DTranspose(4, 3, strides=2), refused=True)
sequence("conv-1d", L.Reshape((81, 3)), L.Conv1D(4, 3), refused=True)
# Dense layers act on the last axis.
sequence("dense-on-image", L.Dense(5, activation="relu"))
sequence("dense-on-image-softmax", L.Dense(5, activation="softmax", use_bias=False))
sequence("dense-on-rows", L.Reshape((81, 3)), L.Dense(5), L.GlobalAveragePooling1D())
sequence("dense-on-other-rows", L.Reshape((27, 9)), L.Dense(5), refused=True)
sequence("dense-on-vector", L.Dense(6, activation="relu"), L.Dense(5, activation="softmax"), shape=(7,))
# Activations, as functions, by name and as layers.
for name in ["relu", "relu6", "leaky_relu", "elu", "sigmoid", "tanh", "softplus", "swish", "silu", "softmax"]:
    sequence(f"activation-{name}", L.Conv2D(4, 3, activation=name), L.Activation(name))
for name in ["gelu", "selu", "hard_sigmoid", "hard_silu", "mish", "exponential", "softsign", "log_softmax", "celu"]:
    sequence(f"activation-{name}", L.Conv2D(4, 3, activation=name), refused=True)
    sequence(f"activation-layer-{name}", L.Activation(name), refused=True)
sequence("activation-function", L.Conv2D(4, 3, activation=keras.activations.relu6), L.Activation(keras.ops.silu))
sequence("activation-of-keras-ops", L.Conv2D(4, 3, activation=keras.ops.elu))
for name, layer in {"relu": L.ReLU(), "relu6": L.ReLU(6), "leaky": L.LeakyReLU(0.1), "elu": L.ELU()}.items():
    sequence(f"activation-as-{name}", L.Conv2D(4, 3, activation=layer), L.Dense(3, activation=type(layer).from_config(layer.get_config())))
sequence("activation-as-softmax", L.Conv2D(4, 3, activation=L.Softmax()))
sequence("activation-as-softmax-rows", L.Conv2D(4, 3, activation=L.Softmax(axis=1)), refused=True)
sequence("relu-limit", L.Conv2D(4, 3), L.ReLU(max_value=1.5))
sequence("relu-limit-6", L.Rescaling(20, offset=-5), L.ReLU(max_value=6))
sequence("relu-slope", L.Conv2D(4, 3), L.ReLU(negative_slope=0.25))
sequence("relu-slope-limit", L.Conv2D(4, 3), L.ReLU(max_value=1, negative_slope=0.25), refused=True)
sequence("relu-threshold", L.ReLU(threshold=0.5), refused=True)
sequence("leaky-relu", L.Conv2D(4, 3), L.LeakyReLU(), L.LeakyReLU(negative_slope=0.1))
sequence("elu-alpha", L.Conv2D(4, 3), L.ELU(alpha=0.5), refused=True)
sequence("prelu", L.Conv2D(4, 3), L.PReLU(), refused=True)
sequence("softmax", L.Softmax())
sequence("softmax-axis-3", L.Softmax(axis=3))
sequence("softmax-axis-1", L.Softmax(axis=1), refused=True)
sequence("softmax-axis-2", L.Softmax(axis=-2), refused=True)
sequence("softmax-axes", L.Softmax(axis=[1, 2]), refused=True)
sequence("softmax-axis-list", L.Softmax(axis=[-1]))
sequence("softmax-square", L.Conv2D(7, 3), L.Softmax(axis=1), refused=True)
sequence("softmax-vector", L.Flatten(), L.Dense(5), L.Softmax(axis=1))
# Normalisations.
sequence("norm", L.Conv2D(4, 3), L.BatchNormalization())
sequence("norm-axis-3", L.Conv2D(4, 3), L.BatchNormalization(axis=3, epsilon=0.1))
sequence("norm-axis-1", L.Conv2D(7, 3), L.BatchNormalization(axis=1), refused=True)
sequence("norm-axis-2", L.Conv2D(7, 3), L.BatchNormalization(axis=-2), refused=True)
sequence("norm-vector", L.Flatten(), L.Dense(5), L.BatchNormalization(axis=1, scale=False))
sequence("norm-no-center", L.BatchNormalization(center=False))
sequence("norm-neither", L.BatchNormalization(center=False, scale=False))
sequence("norm-rows", L.Reshape((81, 3)), L.BatchNormalization())
sequence("norm-other-rows", L.Reshape((27, 9)), L.BatchNormalization(), refused=True)
sequence("layer-norm", L.LayerNormalization(), refused=True)
sequence("group-norm", L.GroupNormalization(3), refused=True)
sequence("unit-norm", L.UnitNormalization(), refused=True)
sequence("normalization", L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3]))
sequence("normalization-one", L.Normalization(axis=None, mean=0.4, variance=0.1))
sequence("normalization-learned", L.Normalization())
sequence("normalization-learned-one", L.Normalization(axis=None))
sequence("normalization-learned-rows", L.Normalization(axis=2), refused=True)
sequence("normalization-invert", L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3], invert=True), refused=True)
# Pools.
for kind in [L.MaxPooling2D, L.AveragePooling2D]:
    name = "max-pool" if kind is L.MaxPooling2D else "average-pool"
    sequence(f"{name}", kind(2))
    sequence(f"{name}-tuple", kind((2, 2), strides=(1, 1)))
    sequence(f"{name}-strides", kind(3, strides=1, padding="same"))
    sequence(f"{name}-same", kind(4, strides=3, padding="same"))
    sequence(f"{name}-beyond", kind(2, strides=3))
    sequence(f"{name}-unequal", kind((2, 3)), refused=True)
    sequence(f"{name}-strides-unequal", kind(2, strides=(1, 2)), refused=True)
    sequence(f"{name}-whole", kind(9), L.Conv2D(5, 1))
for kind in [L.GlobalMaxPooling2D, L.GlobalAveragePooling2D]:
    name = "global-max" if kind is L.GlobalMaxPooling2D else "global-average"
    sequence(f"{name}", L.Conv2D(4, 3), kind())
    sequence(f"{name}-kept", L.Conv2D(4, 3), kind(keepdims=True), L.Conv2D(5, 1))
sequence("global-average-rows", L.Reshape((81, 3)), L.GlobalAveragePooling1D())
sequence("global-max-rows", L.Reshape((81, 3)), L.GlobalMaxPooling1D(keepdims=True))
sequence("global-average-other-rows", L.Reshape((27, 9)), L.GlobalAveragePooling1D(), refused=True)
# Shapes.
sequence("flatten-twice", L.Flatten(), L.Flatten())
sequence("reshape-flat", L.Conv2D(4, 3), L.Reshape((-1,)))
sequence("reshape-one-pixel", L.Reshape((1, 1, -1)), L.Conv2D(5, 1))
sequence("reshape-rows", L.Reshape((27, -1)))
sequence("reshape-there-and-back", L.Reshape((81, 3)), L.Activation("relu"), L.Reshape((9, 9, 3)), L.Conv2D(4, 3))
sequence("reshape-other-image", L.Reshape((3, 27, 3)), L.Conv2D(4, 3), refused=True)
sequence("reshape-to-image", L.Flatten(), L.Dense(48), L.Reshape((4, 4, 3)), L.Conv2D(4, 3), refused=True)
sequence("reshape-to-image-pool", L.Flatten(), L.Dense(48), L.Reshape((4, 4, 3)), L.GlobalAveragePooling2D(), refused=True)
sequence("reshape-to-image-softmax", L.Flatten(), L.Dense(48), L.Reshape((4, 4, 3)), L.Softmax(), refused=True)
sequence("reshape-to-image-flat", L.Flatten(), L.Dense(48), L.Reshape((4, 4, 3)), L.ReLU())
sequence("permute", L.Permute((3, 1, 2)), refused=True)
sequence("permute-square", L.Permute((2, 1, 3)), refused=True)
sequence("permute-nothing", L.Permute((1, 2, 3)))
sequence("repeat-vector", L.Flatten(), L.RepeatVector(2), refused=True)
sequence("padding", L.ZeroPadding2D(), L.Conv2D(4, 3))
sequence("padding-pair", L.ZeroPadding2D((2, 1)), L.Conv2D(4, 3))
sequence("padding-four", L.ZeroPadding2D(((1, 2), (3, 0))), L.Conv2D(4, 3))
sequence("cropping", L.Cropping2D(((1, 2), (3, 0))), refused=True)
sequence("cropping-nothing", L.Cropping2D(0))
sequence("upsampling", L.UpSampling2D(2), refused=True)
sequence("upsampling-nothing", L.UpSampling2D(1))
sequence("resizing", L.Resizing(4, 4), refused=True)
sequence("center-crop", L.CenterCrop(4, 4), refused=True)
# Inputs.
sequence("input-vector", L.Dense(5), shape=(7,))
sequence("input-vector-image", L.Reshape((4, 5, 1)), L.Conv2D(4, 3), shape=(20,))
sequence("input-vector-image-rest", L.Dropout(0.5), L.Reshape((-1, 5, 1)), L.Conv2D(4, 3), shape=(20,))
sequence("input-vector-colours", L.Reshape((4, 5, 3)), L.Conv2D(4, 3), shape=(60,), refused=True)
graph("input-vector-both", lambda x: L.Concatenate()([L.Flatten()(L.Conv2D(4, 3)(L.Reshape((4, 5, 1))(x))), x]), shape=(20,), refused=True)
sequence("input-rows", shape=(9, 8))
sequence("input-rows-image", L.Reshape((9, 8, 1)), L.Conv2D(4, 3), shape=(9, 8))
sequence("input-rows-scaled", L.Rescaling(2.0), L.Reshape((9, 8, 1)), L.Conv2D(4, 3), shape=(9, 8))
sequence("input-rows-dense", L.Dense(5), shape=(9, 8), refused=True)
sequence("input-rows-norm", L.BatchNormalization(), shape=(9, 8), refused=True)
# Preprocessing and what is idle.
sequence("rescaling", L.Rescaling(2.0, offset=-1.0), L.Conv2D(4, 3))
sequence("rescaling-lists", L.Rescaling([1.0, 2.0, 3.0], offset=[0.1, 0.2, 0.3]), L.Conv2D(4, 3))
sequence("rescaling-scale-list", L.Rescaling([1.0, 2.0, 3.0], offset=-1), L.Conv2D(4, 3))
sequence("rescaling-other-rows", L.Reshape((81, 3)), L.Rescaling([1.0, 2.0, 3.0]), L.Reshape((9, 27)), L.Rescaling(list(np.linspace(1, 2, 27))), refused=True)
sequence("rescaling-numpy", L.Rescaling(np.array([1.0, 2.0, 3.0], "float32"), offset=np.float32(0.5)), L.Conv2D(4, 3))
idle = [
    L.Dropout(0.5), L.SpatialDropout2D(0.5), L.GaussianNoise(0.5), L.GaussianDropout(0.5), L.AlphaDropout(0.5), L.Identity(),
    L.ActivityRegularization(0.1, 0.2), L.RandomFlip("horizontal", seed=1), L.RandomRotation(0.2, fill_mode="constant"),
    L.RandomZoom(0.2, 0.3), L.RandomContrast(0.2), L.RandomTranslation(0.2, 0.1),
]
for layer in idle:
    sequence(f"idle-{type(layer).__name__}", layer, L.Conv2D(4, 3))
for kind in ["RandomShear", "RandomGrayscale", "RandomColorJitter", "RandomErasing", "RandomHue", "RandomPerspective", "RandomInvert", "RandomGaussianBlur", "RandomElasticTransform", "MixUp", "CutMix", "AugMix", "RandAugment"]:
    sequence(f"idle-{kind}", getattr(L, kind)(*([0.2] if kind in ["RandomShear", "RandomHue"] else [])), L.Conv2D(4, 3))
for kind in ["AutoContrast", "Equalization"]:
    sequence(f"augmentation-{kind}", getattr(L, kind)(), L.Conv2D(4, 3), refused=True)
# Sums, products and joins.
conv = lambda filters=4: L.Conv2D(filters, 3, padding="same")
pooled = lambda x: L.GlobalAveragePooling2D()(x)
graph("add", lambda x: L.Add()([conv()(x), conv()(x)]))
graph("add-three", lambda x: L.Add()([conv()(x), conv()(x), conv()(x)]))
graph("add-itself", lambda x: (lambda y: L.Add()([y, y]))(conv()(x)))
graph("add-vector", lambda x: (lambda y: L.Add()([y, pooled(y)]))(conv()(x)))
graph("add-vector-first", lambda x: (lambda y: L.Add()([pooled(y), y]))(conv()(x)))
graph("multiply-kept", lambda x: (lambda y: L.Multiply()([y, L.GlobalMaxPooling2D(keepdims=True)(y)]))(conv()(x)))
graph("multiply-map", lambda x: L.Multiply()([conv()(x), conv(1)(x)]), refused=True)
graph("multiply-rows", lambda x: L.Multiply()([L.Conv2D(4, (1, 9))(x), conv()(x)]), refused=True)
graph("multiply-square-vector", lambda x: L.Multiply()([L.Conv2D(9, 1)(x), L.Dense(9)(L.Flatten()(x))]))
graph("add-rows", lambda x: L.Add()([L.Reshape((81, 4))(conv()(x)), L.Reshape((81, 4))(conv()(x))]))
graph("add-operator", lambda x: conv()(x) + conv()(x))
graph("multiply-operator", lambda x: conv()(x) * conv()(x))
graph("add-operator-kept", lambda x: (lambda y: y + L.GlobalMaxPooling2D(keepdims=True)(y))(conv()(x)))
graph("add-operator-vector", lambda x: (lambda y: y + pooled(y))(conv(3)(x)), shape=(3, 3, 3), refused=True)
graph("add-number", lambda x: conv()(x) + 2.0, refused=True)
graph("subtract", lambda x: L.Subtract()([conv()(x), conv()(x)]), refused=True)
graph("average", lambda x: L.Average()([conv()(x), conv()(x)]), refused=True)
graph("maximum", lambda x: L.Maximum()([conv()(x), conv()(x)]), refused=True)
graph("minimum", lambda x: L.Minimum()([conv()(x), conv()(x)]), refused=True)
graph("dot", lambda x: L.Dot(1)([L.Flatten()(x), L.Flatten()(x)]), refused=True)
graph("concatenate", lambda x: L.Concatenate()([conv(3)(x), conv(5)(x)]))
graph("concatenate-axis-3", lambda x: L.Concatenate(axis=3)([conv(3)(x), x]))
graph("concatenate-axis-1", lambda x: L.Concatenate(axis=1)([conv()(x), conv()(x)]), refused=True)
graph("concatenate-axis-2", lambda x: L.Concatenate(axis=-2)([conv()(x), conv()(x)]), refused=True)
graph("concatenate-vectors", lambda x: L.Concatenate(axis=1)([pooled(x), L.GlobalMaxPooling2D()(x)]))
graph("concatenate-pixels", lambda x: L.Concatenate(axis=1)([L.AveragePooling2D(9)(x), L.MaxPooling2D(9)(x)]), refused=True)
graph("concatenate-rows", lambda x: L.Concatenate(axis=1)([L.Reshape((81, 3))(x), L.Reshape((81, 3))(x)]), refused=True)
graph("concatenate-row-channels", lambda x: L.Concatenate(axis=2)([L.Reshape((81, 3))(x), L.Reshape((81, 3))(x)]))
# Layers that are used several times, and models within models.
def twice(layer):
    return lambda x: layer(L.ReLU()(layer(x)))
graph("shared", twice(L.Conv2D(3, 3, padding="same")))
graph("shared-separable", twice(L.SeparableConv2D(3, 3, padding="same", name="twice")))
graph("shared-norm", lambda x: (lambda norm: norm(conv(3)(norm(x))))(L.BatchNormalization()))
graph("shared-sides", lambda x: (lambda layer: L.Concatenate()([layer(x), layer(L.ReLU()(x))]))(conv(4)))
graph("shared-relu", lambda x: (lambda relu: relu(conv()(relu(conv()(x)))))(L.ReLU()))
graph("shared-outside", lambda x: (lambda layer: (layer(keras.Input((5, 5, 3))), layer(x))[1])(conv(4)))
def inner(name="inner", shape=(9, 9, 3)):
    image = keras.Input(shape)
    y = L.BatchNormalization()(L.Conv2D(3, 3, padding="same", name="conv")(image))
    return keras.Model(image, L.Add()([y, image]), name=name)
def frozen(model):
    model.trainable = False
    return model
graph("nested", lambda x: inner()(x))
graph("nested-frozen", lambda x: frozen(inner())(x))
graph("nested-call", lambda x: inner()(x, training=False))
graph("nested-twice", lambda x: (lambda model: model(model(x)))(inner()))
graph("nested-two", lambda x: inner("b")(inner("a")(x)))
graph("nested-deep", lambda x: keras.Sequential([keras.Input((9, 9, 3)), L.Conv2D(3, 3, padding="same", name="conv"), inner("innermost")], name="middle")(x))
graph("nested-sequential", lambda x: keras.Sequential([L.Conv2D(3, 3), L.BatchNormalization(), L.ReLU()], name="inside")(x))
graph("nested-same-names", lambda x: L.Conv2D(3, 3, name="conv")(inner()(x)))
save("nested-first", keras.Sequential([inner(), L.Flatten(), L.Dense(4, name="conv")]))
graph("called-augmentation", lambda x: conv()(L.Dropout(0.5)(L.RandomFlip()(x), training=True)))
graph("called-in-training", lambda x: L.BatchNormalization()(x, training=True), refused=True)
# Types.
# Half precision is read as float32: what Keras gives is rounded to 11 or 8 bits after each step.
for policy, tolerance in {"float16": 1e-3, "mixed_float16": 1e-3, "bfloat16": 1e-2, "mixed_bfloat16": 1e-2, "float64": 1e-4}.items():
    sequence(f"type-{policy}", L.Conv2D(4, 3, dtype=policy), L.BatchNormalization(dtype=policy), tolerance=tolerance)
save("type-bytes", keras.Sequential([keras.Input((9, 9, 3), dtype="uint8"), L.Rescaling(1.0), L.Flatten(), L.Dense(4)]), refused=True)
# Names.
sequence("names", L.Conv2D(4, 3, name="größe"), L.Conv2D(4, 3, name="畳み込み"), L.BatchNormalization(name="a b"), L.Dense(3, name="größe_"))
sequence("names-alike", L.Conv2D(4, 3, name="conv 1"), L.Conv2D(4, 3, name="conv_1"), L.Dense(3, name="input"), L.Dense(3, name="1"))
# Order: many of one kind, and branches in another order than they were made in.
sequence("many", *[L.Conv2D(3, 3, padding="same", activation="tanh") for _ in range(12)])
graph("branches", lambda x: (lambda a, b: L.Concatenate()([b, a]))(conv(3)(x), conv(3)(x)))
@keras.saving.register_keras_serializable("Mine")
class Conv2D(L.Conv2D):
    def call(self, x):
        return -2 * super().call(x)
sequence("custom", Conv2D(4, 3), refused=True)
json.dump(index, open(f"{folder}/index.json", "w"))
