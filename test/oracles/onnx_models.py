"""Writes ONNX models in the ways in which PyTorch and tf2onnx write them.

usage: onnx_models.py FOLDER
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(5)


class Model:
    def __init__(self, name, shape):
        self.name, self.nodes, self.constants, self.count = name, [], [], 0
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *shape])
        self.last = "x"

    def constant(self, values, dtype="float32"):
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, operator, inputs, **attributes):
        self.count += 1
        self.last = f"/layer{self.count}/{operator}_output_0"
        self.nodes.append(helper.make_node(operator, inputs, [self.last], f"/layer{self.count}/{operator}", **attributes))
        return self.last

    def conv(self, x, inputs, filters, kernel, bias=True, group=1, **attributes):
        shape = (filters, inputs // group, kernel, kernel)
        parameters = [self.constant(random.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape))]
        if bias:
            parameters.append(self.constant(random.normal(0, 0.1, filters)))
        return self.node("Conv", [x, *parameters], group=group, **attributes)

    def norm(self, x, channels):
        values = [random.uniform(0.5, 1.5, channels), *random.normal(0, 0.2, (2, channels)), random.uniform(0.5, 1.5, channels)]
        return self.node("BatchNormalization", [x, *map(self.constant, values)], epsilon=1e-5)

    def dense(self, x, inputs, units):
        weights = [self.constant(random.normal(0, inputs**-0.5, (units, inputs))), self.constant(random.normal(0, 0.1, units))]
        return self.node("Gemm", [x, *weights], transB=1)

    def save(self, folder, classes):
        output = helper.make_tensor_value_info(self.last, TensorProto.FLOAT, ["batch", classes])
        graph = helper.make_graph(self.nodes, self.name, [self.input], [output], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, f"{folder}/{self.name}.onnx")


def lenet5():
    m = Model("pytorch-lenet-5", (1, 28, 28))
    x = m.node("MaxPool", [m.node("Relu", [m.conv("x", 1, 20, 5)])], kernel_shape=[2, 2], strides=[2, 2])
    x = m.node("MaxPool", [m.node("Relu", [m.conv(x, 20, 50, 5)])], kernel_shape=[2, 2], strides=[2, 2])
    # A normalisation between flattening and the dense layer: its values are in the order of channels × height × width.
    x = m.norm(m.node("Flatten", [x], axis=1), 800)
    m.dense(m.node("Relu", [m.dense(x, 800, 500)]), 500, 10)
    return m


def resnet():
    m = Model("pytorch-resnet", (3, 32, 32))
    same = dict(pads=[1, 1, 1, 1])
    x = m.node("Relu", [m.norm(m.conv("x", 3, 16, 3, bias=False, **same), 16)])
    x = m.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
    for inputs, filters, stride in [(16, 16, 1), (16, 32, 2)]:
        y = m.node("Relu", [m.norm(m.conv(x, inputs, filters, 3, False, strides=[stride, stride], **same), filters)])
        y = m.norm(m.conv(y, filters, filters, 3, False, **same), filters)
        shortcut = x if stride == 1 else m.norm(m.conv(x, inputs, filters, 1, False, strides=[2, 2]), filters)
        x = m.node("Relu", [m.node("Add", [y, shortcut])])
    x = m.node("Reshape", [m.node("GlobalAveragePool", [x]), m.constant([-1, 32], "int64")])
    m.node("Softmax", [m.dense(x, 32, 10)], axis=1)
    return m


def mobile():
    m = Model("pytorch-mobile", (3, 32, 32))
    bounds = [m.constant(0), m.constant(6)]
    x = m.node("Clip", [m.conv("x", 3, 8, 3, strides=[2, 2], pads=[1, 1, 1, 1]), *bounds])
    x = m.node("Clip", [m.conv(x, 8, 8, 3, group=8, pads=[1, 1, 1, 1]), *bounds])
    x = m.conv(x, 8, 12, 1)
    swish = m.node("Mul", [x, m.node("Sigmoid", [x])])
    squeezed = m.node("Relu", [m.conv(m.node("GlobalAveragePool", [swish]), 12, 4, 1)])
    x = m.node("Mul", [swish, m.node("Sigmoid", [m.conv(squeezed, 4, 12, 1)])])
    y = m.node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    z = m.node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    w = m.node("LeakyRelu", [m.conv(x, 12, 6, 3, group=3, strides=[2, 2], pads=[1, 1, 1, 1])], alpha=0.1)
    x = m.node("Concat", [y, z, w], axis=1)
    x = m.node("Flatten", [m.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])], axis=1)
    m.dense(x, 30 * 16, 10)
    return m


def channels_last():
    m = Model("tensorflow-channels-last", (28, 28, 1))
    x = m.node("Transpose", ["x"], perm=[0, 3, 1, 2])
    x = m.node("Mul", [x, m.constant([2.0])])
    x = m.node("Sub", [x, m.constant(0.5)])
    x = m.node("Pad", [x, m.constant([0, 0, 1, 2, 0, 0, 0, 1], "int64")])
    x = m.node("Relu", [m.conv(x, 1, 6, 3, False, auto_pad="SAME_UPPER", strides=[2, 2])])
    x = m.node("Elu", [m.node("Add", [x, m.constant(random.normal(0, 1, (1, 6, 1, 1)))])])
    x = m.conv(x, 6, 6, 3, dilations=[2, 2], pads=[2, 2, 2, 2])
    x = m.node("ReduceMean", [x], axes=[2, 3], keepdims=0)
    x = m.node("MatMul", [x, m.constant(random.normal(0, 1, (6, 10)))])
    m.node("Add", [x, m.constant(random.normal(0, 1, 10))])
    return m


for build in [lenet5, resnet, mobile, channels_last]:
    build().save(sys.argv[1], 10)
