"""Filters of ResNet-20 that Torch-Pruning removes: by group magnitude, the same share of each layer.

Usage: prune_with_torch.py MODEL.safetensors SHARE OUT.safetensors. Both are checkpoints of ours. Prints how many times fewer
multiply-accumulates are left.
"""

import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch_pruning as tp
from safetensors import safe_open
from safetensors.numpy import save_file


class Block(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        # TensorFlow's 'same' pads below and right where the stride is 2.
        self.before = nn.ZeroPad2d((0, 1, 0, 1) if stride > 1 else 1)
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, bias=False)
        self.bn1 = nn.BatchNorm2d(filters, eps=1e-3)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters, eps=1e-3)
        self.shortcut = nn.Conv2d(inputs, filters, 1, stride, bias=False) if stride > 1 else None
        self.shortcut_bn = nn.BatchNorm2d(filters, eps=1e-3) if stride > 1 else None

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(self.before(x))))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (self.shortcut_bn(self.shortcut(x)) if self.shortcut is not None else x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16, eps=1e-3)
        widths = [16, 16, 32, 64]
        self.stages = nn.ModuleList(
            nn.ModuleList(
                Block(widths[s] if b == 0 else widths[s + 1], widths[s + 1], 2 if s > 0 and b == 0 else 1)
                for b in range(3)
            )
            for s in range(3)
        )
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.fc(x.mean((2, 3)))


def named_layers(model):
    """Each layer with our name for it."""
    yield "conv1", model.conv1
    yield "conv1_bn", model.bn1
    for s, stage in enumerate(model.stages):
        for b, block in enumerate(stage):
            name = f"stage{s + 1}_block{b + 1}"
            for part in ("conv1", "conv2", "shortcut"):
                if getattr(block, part) is not None:
                    yield f"{name}_{part}", getattr(block, part)
                    yield f"{name}_{part}_bn", getattr(block, "shortcut_bn" if part == "shortcut" else part.replace("conv", "bn"))
    yield "fc", model.fc


ROLES = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "variance"}


def named_tensors(layer, name):
    """Each of a layer's tensors with our name for it, and the order of axes that makes ours of torch's, and torch's of ours."""
    if isinstance(layer, nn.Conv2d):
        yield layer.weight, f"{name}/kernel", (2, 3, 1, 0), (3, 2, 0, 1)
    elif isinstance(layer, nn.Linear):
        yield layer.weight, f"{name}/kernel", (1, 0), (1, 0)
        yield layer.bias, f"{name}/bias", (0,), (0,)
    else:
        for role, ours in ROLES.items():
            yield getattr(layer, role), f"{name}/{ours}", (0,), (0,)


path, share, out = sys.argv[1], float(sys.argv[2]), sys.argv[3]
model = ResNet20().eval()
with safe_open(path, "numpy") as file:
    for name, layer in named_layers(model):
        for tensor, ours, _, order in named_tensors(layer, name):
            tensor.data.copy_(torch.from_numpy(file.get_tensor(ours).transpose(order).copy()))
    metadata = file.metadata()
example = torch.zeros(1, 3, 32, 32)
before, _ = tp.utils.count_ops_and_params(model, example)
pruner = tp.pruner.MetaPruner(
    model, example, importance=tp.importance.GroupMagnitudeImportance(p=2), pruning_ratio=share, ignored_layers=[model.fc]
)
pruner.step()
after, _ = tp.utils.count_ops_and_params(model, example)
left = {
    ours: tensor.detach().numpy().transpose(order).copy()
    for name, layer in named_layers(model)
    for tensor, ours, order, _ in named_tensors(layer, name)
}
save_file(left, out, metadata)
print(before / after)
