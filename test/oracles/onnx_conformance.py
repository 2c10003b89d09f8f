"""Writes small ONNX models, each with another operator or another attribute, and what ONNX Runtime answers to random images.

usage: onnx_conformance.py FOLDER     writes FOLDER/NAME.onnx, .images (bytes), .answers (float32), and index.json
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

IMAGES = 3
folder = sys.argv[1]
random = np.random.default_rng(3)
index = []


class Graph:
    """A convolution to 4 channels of 6 x 6, what a case adds to it, and a dense layer."""

    def __init__(self, name, opset=17, shape=(3, 6, 6)):
        self.name, self.opset, self.shape, self.nodes, self.constants = name, opset, shape, [], []

    def constant(self, values, dtype="float32"):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, operator, inputs, **attributes):
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], f"n{len(self.nodes)}", **attributes))
        return output

    def uniform(self, *shape):
        return self.constant(random.uniform(0.3, 1.2, shape) * random.choice([-1, 1], shape))

    def conv(self, x="x", inputs=3, filters=4, kernel=(3, 3), **attributes):
        attributes.setdefault("pads", [kernel[0] // 2, kernel[1] // 2] * 2)
        group = attributes.get("group", 1)
        return self.node("Conv", [x, self.uniform(filters, inputs // group, *kernel), self.uniform(filters)], **attributes)

    def size(self, tensor):
        """Values of a tensor for each image, by ONNX Runtime."""
        model = self.model(tensor)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        return int(np.prod(session.run(None, {"x": np.zeros((1, *self.shape), "float32")})[0].shape))

    def model(self, output):
        info = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes, "g", [info("x", TensorProto.FLOAT, ["batch", *self.shape])],
            [info(output, TensorProto.FLOAT, None)], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    def save(self, last, known, tolerance):
        pixels = random.integers(0, 256, (IMAGES, *self.shape), dtype="uint8")
        model = self.model(last)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        images = pixels.astype("float32") / 255
        # One by one: some models fix the number of images.
        answers = np.concatenate([session.run(None, {"x": images[i : i + 1]})[0].reshape(1, -1) for i in range(IMAGES)])
        onnx.save(model, f"{folder}/{self.name}.onnx")
        np.ascontiguousarray(pixels.transpose(0, 2, 3, 1) if pixels.ndim == 4 else pixels).tofile(f"{folder}/{self.name}.images")
        answers.astype("float32").tofile(f"{folder}/{self.name}.answers")
        index.append({"name": self.name, "refused": not known, "tolerance": tolerance})


def case(name, build, known=True, flattened=True, tolerance=1e-4, **options):
    """@param known: False where Espalier has to refuse it"""
    g = Graph(name, **options)
    x = build(g)
    if flattened:
        flat = g.node("Flatten", [x], axis=1)
        x = g.node("Gemm", [flat, g.uniform(g.size(flat), 5), g.uniform(5)])
    g.save(x, known, tolerance)


def after(operator, known=True, constants=(), **attributes):
    """An operator behind the convolution."""
    return lambda g: g.node(operator, [g.conv(), *(g.constant(v, d) for v, d in constants)], **attributes)


ints = lambda *values: (list(values), "int64")
floats = lambda values: (values, "float32")

# Convolutions.
for n, kw in {
    "strides": {"strides": [2, 2]}, "dilations": {"dilations": [2, 2]}, "pads": {"pads": [0, 1, 2, 1]},
    "both": {"strides": [2, 2], "dilations": [2, 2]}, "no-pads": {"pads": [0, 0, 0, 0]},
}.items():
    case(f"conv-{n}", lambda g, kw=kw: g.conv(**kw))
for n, kw in {
    "valid": {"auto_pad": "VALID"}, "same": {"auto_pad": "SAME_UPPER"}, "same-strides": {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
}.items():
    case(f"conv-{n}", lambda g, kw=kw: g.node("Conv", ["x", g.uniform(4, 3, 3, 3)], **kw))
case("conv-same-lower", lambda g: g.node("Conv", ["x", g.uniform(4, 3, 3, 3)], auto_pad="SAME_LOWER", strides=[2, 2]), known=False)
case("conv-unequal", lambda g: g.conv(strides=[2, 1]), known=False)
case("conv-rect", lambda g: g.conv(kernel=(3, 1)))
case("conv-group", lambda g: g.conv(g.conv(), 4, 8, group=2))
case("conv-depthwise", lambda g: g.conv(g.conv(), 4, 8, group=4))
case("conv-no-bias", lambda g: g.node("Conv", ["x", g.uniform(4, 3, 3, 3), ""]))

# Pools.
for kind in ("MaxPool", "AveragePool"):
    for n, kw in {
        "plain": {}, "strides": {"strides": [2, 2]}, "pads": {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        "ceil": {"strides": [2, 2], "ceil_mode": 1}, "ceil-3": {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
        "ceil-pads": {"strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
        "ceil-pads-end": {"strides": [2, 2], "pads": [0, 0, 1, 1], "ceil_mode": 1},
        "ceil-3-pads": {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
        "same": {"strides": [2, 2], "kernel_shape": [3, 3], "auto_pad": "SAME_UPPER"},
    }.items():
        case(f"{kind}-{n}", lambda g, kind=kind, kw=kw: g.node(kind, [g.conv()], **{"kernel_shape": [2, 2], **kw}))
    case(f"{kind}-rect", lambda g, kind=kind: g.node(kind, [g.conv()], kernel_shape=[2, 1]), known=False)
case("AveragePool-counts", after("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1))
case("AveragePool-counts-same", after("AveragePool", kernel_shape=[3, 3], auto_pad="SAME_UPPER", count_include_pad=1), known=False)
case("MaxPool-dilations", after("MaxPool", kernel_shape=[2, 2], dilations=[2, 2]), known=False)
case("GlobalAveragePool", after("GlobalAveragePool"))
case("GlobalMaxPool", after("GlobalMaxPool"))

# Means.
for n, kw, known in [("hw", {"axes": [2, 3]}, True), ("hw-drop", {"axes": [2, 3], "keepdims": 0}, True),
                     ("negative", {"axes": [-1, -2]}, True), ("channels", {"axes": [1]}, False), ("height", {"axes": [2]}, False)]:
    case(f"ReduceMean-{n}", after("ReduceMean", **kw), known)
case("ReduceMean-18", after("ReduceMean", constants=[ints(2, 3)], keepdims=0), opset=18)
case("ReduceMean-pixel", lambda g: g.node("ReduceMean", [g.node("GlobalAveragePool", [g.conv()])], axes=[2, 3]))

# Activations.
for operator in ("Relu", "Sigmoid", "Tanh", "Softplus", "Elu", "LeakyRelu", "Identity", "Dropout"):
    case(operator, after(operator))
case("LeakyRelu-alpha", after("LeakyRelu", alpha=0.3))
case("Elu-alpha", after("Elu", alpha=0.5), known=False)
for n, bounds, known in [("0-6", (0, 6), True), ("0-1", (0, 1), False), ("min", (0, None), True), ("max", (None, 1), False)]:
    case(f"Clip-{n}", lambda g, b=bounds: g.node("Clip", [g.conv()] + ["" if v is None else g.constant(v) for v in b]), known)
case("Clip-6", lambda g: g.node("Clip", [g.conv()], min=0.0, max=6.0), opset=9)
case("HardSwish", after("HardSwish"), known=False)
case("HardSigmoid", after("HardSigmoid"), known=False)
case("PRelu", lambda g: g.node("PRelu", [g.conv(), g.uniform(4, 1, 1)]), known=False)
case("LogSoftmax", after("LogSoftmax", axis=1), known=False)
case("swish", lambda g: (lambda c: g.node("Mul", [c, g.node("Sigmoid", [c])]))(g.conv()))
case("swish-other-order", lambda g: (lambda c: g.node("Mul", [g.node("Sigmoid", [c]), c]))(g.conv()))
case("Cast-half-and-back", lambda g: g.node("Cast", [g.node("Cast", [g.conv()], to=TensorProto.FLOAT16)], to=TensorProto.FLOAT), tolerance=1e-2)
case("Cast-whole", lambda g: g.node("Cast", [g.node("Cast", [g.conv()], to=TensorProto.INT32)], to=TensorProto.FLOAT), known=False)

# Softmax.
for axis, known in [(1, True), (-3, True), (2, False), (3, False), (-1, False)]:
    case(f"Softmax{axis}", after("Softmax", axis=axis), known)
case("Softmax-default", after("Softmax"), known=False)
case("Softmax-11", after("Softmax", axis=1), known=False, opset=11)
for axis, known in [(1, True), (-1, False)]:
    case(f"Softmax-pixel{axis}", lambda g, axis=axis: g.node("Softmax", [g.node("GlobalAveragePool", [g.conv()])], axis=axis), known)
for opset in (11, 17):
    def vector(g):
        flat = g.node("Flatten", [g.node("GlobalAveragePool", [g.conv()])])
        return g.node("Softmax", [g.node("Gemm", [flat, g.uniform(4, 5), g.uniform(5)])])
    case(f"Softmax-vector-{opset}", vector, flattened=False, opset=opset)

# Constants, which broadcast.
for operator in ("Add", "Mul", "Sub", "Div"):
    for n, shape, known in [("scalar", (), True), ("one", (1,), True), ("channel", (4, 1, 1), True), ("channel4", (1, 4, 1, 1), True),
                            ("width", (6,), False), ("height", (6, 1), False), ("all", (4, 6, 6), False)]:
        case(f"{operator}-{n}", lambda g, o=operator, s=shape: g.node(o, [g.conv(), g.uniform(*s)]), known)
    case(f"{operator}-first", lambda g, o=operator: g.node(o, [g.uniform(4, 1, 1), g.conv()]), operator != "Div")
case("Mul-square", lambda g: g.node("Mul", [g.conv(filters=6), g.uniform(6)]), known=False)
case("Add-vector", lambda g: g.node("Add", [g.node("Flatten", [g.conv()]), g.uniform(144)]))
case("Add-pixel", lambda g: g.node("Add", [g.node("GlobalAveragePool", [g.conv()]), g.uniform(4, 1, 1)]))
case("Add-pixel-last", lambda g: g.node("Add", [g.node("GlobalAveragePool", [g.conv()]), g.uniform(4)]), known=False)
case("Add-unsqueezed", lambda g: g.node("Add", [g.conv(), g.node("Unsqueeze", [g.uniform(4), g.constant([1, 2], "int64")])]))

# Tensors together.
case("Add-tensors", lambda g: g.node("Add", [g.conv(), g.conv()]))
case("Sum-three", lambda g: g.node("Sum", [g.conv(), g.conv(), g.conv()]))
case("Sum-constant", lambda g: g.node("Sum", [g.conv(), g.conv(), g.uniform(4, 1, 1)]), known=False)
case("Sub-tensors", lambda g: g.node("Sub", [g.conv(), g.conv()]), known=False)
case("Div-tensors", lambda g: g.node("Div", [g.conv(), g.conv()]), known=False)
case("Mul-squeeze-excite", lambda g: (lambda c: g.node("Mul", [c, g.node("Sigmoid", [g.conv(g.node("GlobalAveragePool", [c]), 4, 4, (1, 1))])]))(g.conv()))
case("Mul-vector-on-width", lambda g: (lambda c: g.node("Mul", [c, g.node("Flatten", [g.node("GlobalAveragePool", [g.conv(filters=6)])])]))(g.conv()), known=False)
case("Concat", lambda g: g.node("Concat", [g.conv(), g.conv()], axis=1))
case("Concat-3", lambda g: g.node("Concat", [g.conv(), g.conv()], axis=-3))
case("Concat-width", lambda g: g.node("Concat", [g.conv(), g.conv()], axis=3), known=False)
case("Concat-vectors", lambda g: g.node("Concat", [g.node("Flatten", [g.conv()]), g.node("Flatten", [g.conv()])], axis=-1))

# Normalisations.
norm = lambda g, x, n=4, **kw: g.node("BatchNormalization", [x, *(g.uniform(n) for _ in range(3)), g.constant(random.uniform(0.5, 1.5, n))], **kw)
case("norm", lambda g: norm(g, g.conv()))
case("norm-epsilon", lambda g: norm(g, g.conv(), epsilon=0.1))
case("norm-vector", lambda g: norm(g, g.node("Flatten", [g.conv()]), 144))

# Shapes.
for axis, known in [(1, True), (-3, True), (2, False), (3, False)]:
    case(f"Flatten{axis}", lambda g, axis=axis: g.node("Flatten", [g.conv()], axis=axis) if known else g.node("Reshape", [g.node("Flatten", [g.conv()], axis=axis), g.constant([1, -1], "int64")]), known)
for n, target, known in [("copy", [0, -1], True), ("one", [1, -1], True), ("minus", [-1, 144], True), ("same", [0, 4, 6, 6], True),
                         ("rows", [0, 4, 36], False), ("turned", [0, 6, 4, 6], False)]:
    case(f"Reshape-{n}", lambda g, t=target: g.node("Reshape", [g.conv(), g.constant(t, "int64")]), known)
def dynamic(g):
    c = g.conv()
    batch = g.node("Unsqueeze", [g.node("Gather", [g.node("Shape", [c]), g.constant(0, "int64")], axis=0), g.constant([0], "int64")])
    return g.node("Reshape", [c, g.node("Concat", [batch, g.constant([-1], "int64")], axis=0)])
case("Reshape-of-shape", dynamic)
case("Squeeze", lambda g: g.node("Squeeze", [g.node("GlobalAveragePool", [g.conv()]), g.constant([2, 3], "int64")]))
case("Squeeze-and-back", lambda g: g.conv(g.node("Unsqueeze", [g.node("Squeeze", [g.node("GlobalAveragePool", [g.conv()]), g.constant([2, 3], "int64")]), g.constant([2, 3], "int64")]), 4, 4, (1, 1)))
case("Transpose-and-back", lambda g: g.node("Transpose", [g.node("Transpose", [g.conv()], perm=[0, 2, 3, 1])], perm=[0, 3, 1, 2]))
case("Transpose-flat", lambda g: g.node("Transpose", [g.conv()], perm=[0, 2, 3, 1]))
case("Transpose-plane", lambda g: g.node("Transpose", [g.conv()], perm=[0, 1, 3, 2]), known=False)
case("Pad", lambda g: g.node("Pad", [g.conv(), g.constant([0, 0, 1, 2, 0, 0, 0, 1], "int64")]))
case("Pad-value", lambda g: g.node("Pad", [g.conv(), g.constant([0, 0, 1, 2, 0, 0, 0, 1], "int64"), g.constant(1.0)]), known=False)
case("Pad-reflect", lambda g: g.node("Pad", [g.conv(), g.constant([0, 0, 1, 1, 0, 0, 1, 1], "int64")], mode="reflect"), known=False)
case("Pad-axes", lambda g: g.node("Pad", [g.conv(), g.constant([1, 2, 0, 1], "int64"), "", g.constant([2, 3], "int64")]), opset=18)

# Products.
def gemm(g, bias, **kw):
    flat = g.node("Flatten", [g.conv()])
    weights = g.uniform(5, 144) if kw.get("transB") else g.uniform(144, 5)
    return g.node("Gemm", [flat, weights, *([] if bias is None else [g.uniform(*bias)])], **kw)
for n, bias, kw, known in [("plain", (5,), {}, True), ("turned", (5,), {"transB": 1}, True), ("none", None, {}, True), ("scalar", (), {}, True),
                           ("one", (1,), {}, True), ("row", (1, 5), {}, True), ("alpha", (5,), {"alpha": 0.5}, False), ("beta", (5,), {"beta": 2.0}, False)]:
    case(f"Gemm-{n}", lambda g, b=bias, kw=kw: gemm(g, b, **kw), known, flattened=False)
case("MatMul-Add", lambda g: g.node("Add", [g.node("MatMul", [g.node("Flatten", [g.conv()]), g.uniform(144, 5)]), g.uniform(5)]), flattened=False)
case("MatMul-image", lambda g: g.node("MatMul", [g.conv(), g.uniform(6, 6)]), known=False)
case("MatMul-turned", lambda g: g.node("MatMul", [g.node("Flatten", [g.conv()]), g.node("Transpose", [g.uniform(5, 144)], perm=[1, 0])]), flattened=False)
turned = lambda g: g.node("Transpose", [g.node("GlobalAveragePool", [g.conv()])], perm=[0, 2, 1, 3])
case("pool-over-turned-vector", lambda g: g.node("MaxPool", [turned(g)], kernel_shape=[2, 1]), known=False)
case("GlobalAveragePool-over-turned-vector", lambda g: g.node("GlobalAveragePool", [turned(g)]), known=False)
case("Div-by-batch", lambda g: g.node("Div", [g.conv(), g.node("Cast", [g.node("Gather", [g.node("Shape", ["x"]), g.constant([0], "int64")])], to=TensorProto.FLOAT)]), known=False)
whole = lambda g, a, b: g.node("Cast", [g.node("Div", [g.constant([a], "int64"), g.constant([b], "int64")])], to=TensorProto.FLOAT)
case("Mul-by-whole-quotient", lambda g: g.node("Mul", [g.conv(), whole(g, 7, 2)]))
case("Mul-by-bool", lambda g: g.node("Mul", [g.conv(), g.node("Cast", [g.node("Cast", [g.constant([0.5])], to=TensorProto.BOOL)], to=TensorProto.FLOAT)]), known=False)
case("AveragePool-counts-ceil", after("AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, count_include_pad=1), known=False)
case("AveragePool-counts-ceil-end", after("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1], ceil_mode=1, count_include_pad=1), known=False, opset=19)
case("Pad-and-MaxPool", lambda g: g.node("MaxPool", [g.node("Identity", [g.node("Pad", [g.conv(), g.constant([0, 0, 1, 1, 0, 0, 1, 1], "int64")])])], kernel_shape=[2, 2], auto_pad="VALID"))
def bias_of_the_network(g):
    bias = g.node("Reshape", [g.node("GlobalAveragePool", [g.conv(filters=4)]), g.constant([4], "int64")])
    return g.node("Conv", ["x", g.uniform(4, 3, 3, 3), bias])
case("Conv-bias-of-the-network", bias_of_the_network, known=False)

case("ends-flattened", lambda g: g.node("Flatten", [g.conv()]), known=False, flattened=False)

with open(f"{folder}/index.json", "w") as file:
    json.dump(index, file)
