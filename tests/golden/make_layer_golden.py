#!/usr/bin/env python3
"""Writes layer_*.txt: what PyTorch's layers make of small inputs, forward and backward.

Each line is "case what: number number ...", where `what` is y (the output in training), input (its gradient),
a parameter's name (its gradient), a running statistic's name (its value), or inference (the output in
inference, for layers with running statistics). Inputs, parameters and output gradients are formulas that
tests/layers/golden.hpp repeats. Of large arrays every k-th element is written; last comes the mean of all
elements times a wave. Needs PyTorch 1.13 or later; the tests themselves only read the files.
"""
import math
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent
most = 72  # elements of an array that are written


def wave(shape, scale, step, phase):
    values = [scale * math.sin(step * i + phase) for i in range(math.prod(shape))]
    return torch.tensor(values).float().double().reshape(shape)


def row(name, values):
    values = values.detach().flatten().tolist()
    step = -(-len(values) // most)
    mean = sum(v * math.sin(1.7 * i + 0.3) for i, v in enumerate(values)) / len(values)
    return f"{name}: {' '.join(f'{v:.8g}' for v in values[::step] + [mean])}"


class Table:
    def __init__(self, file):
        self.file, self.rows = file, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        (here / self.file).write_text("\n".join(self.rows) + "\n")

    def __call__(self, name, shape, module, batch=2, scale=2, steps=1):
        for key, parameter in module.named_parameters():
            parameter.data = wave(parameter.shape, 0.5, 1.1, len(key.split(".")[-1]))
        module.train()
        for step in range(steps):
            x = wave((batch, *shape), scale, 1.3, 0.5 + step).requires_grad_()
            y = module(x)
        y.backward(wave(y.shape, 1, 0.7, 0.2))
        self.rows += [row(f"{name} y", y), row(f"{name} input", x.grad)]
        for key, parameter in module.named_parameters():
            self.rows.append(row(f"{name} {key.split('.')[-1]}", parameter.grad))
        statistics = [(key, b) for key, b in module.named_buffers() if key.startswith("running")]
        for key, statistic in statistics:
            self.rows.append(row(f"{name} {key}", statistic))
        if statistics:
            self.rows.append(row(f"{name} inference", module.eval()(x)))


def conv():
    with Table("layer_conv.txt") as case:
        conv = nn.Conv2d
        case("3x3", (3, 5, 6), conv(3, 4, 3, padding=1))
        case("3x3 wide", (9, 4, 5), conv(9, 8, 3, padding=1))
        case("1x1", (13, 3, 4), conv(13, 9, 1))
        case("1 channel", (1, 7, 6), conv(1, 8, 5))
        case("1 pixel", (7, 1, 1), conv(7, 3, 3, padding=1))
        case("no bias", (8, 4, 4), conv(8, 3, 3, padding=1, bias=False))
        case("stride 2", (3, 7, 8), conv(3, 9, 3, stride=2, padding=1))
        case("stride 1x3", (8, 4, 9), conv(8, 5, 3, stride=(1, 3), padding=1))
        case("7x7 stride 2", (3, 9, 10), conv(3, 8, 7, stride=2, padding=3))
        case("dilation 2", (3, 7, 6), conv(3, 4, 3, padding=2, dilation=2))
        case("dilation 1x3", (8, 4, 9), conv(8, 4, 3, padding=(1, 3), dilation=(1, 3)))
        case("2x2", (3, 5, 4), conv(3, 9, 2))
        case("4x4 stride 2", (8, 6, 6), conv(8, 3, 4, stride=2, padding=1))
        case("1x7", (8, 3, 9), conv(8, 5, (1, 7), padding=(0, 3)))
        case("7x1", (3, 9, 3), conv(3, 8, (7, 1), padding=(3, 0)))
        case("same upper", (3, 6, 7), nn.Sequential(nn.ZeroPad2d((1, 1, 0, 1)), conv(3, 4, 3, stride=2)))
        case("uneven padding", (8, 4, 5), nn.Sequential(nn.ZeroPad2d((1, 2, 0, 3)), conv(8, 3, 3)))
        case("groups 4", (8, 4, 5), conv(8, 12, 3, padding=1, groups=4))
        case("groups 3", (9, 4, 5), conv(9, 3, 3, padding=1, groups=3))
        case("depthwise", (9, 5, 4), conv(9, 9, 3, padding=1, groups=9))
        case("depthwise stride 2", (8, 5, 6), conv(8, 8, 5, stride=2, padding=2, groups=8))
        case("depthwise multiplied", (3, 4, 5), conv(3, 6, 3, padding=1, groups=3))
        case("reflect", (3, 4, 5), conv(3, 8, 5, padding=2, padding_mode="reflect"))
        case("replicate", (8, 4, 5), conv(8, 3, 5, padding=2, padding_mode="replicate"))
        case("circular", (3, 4, 5), conv(3, 4, 3, padding=1, padding_mode="circular"))
        case("reflect stride 2", (9, 5, 5), conv(9, 4, 3, stride=2, padding=1, padding_mode="reflect"))
        case("circular groups", (8, 4, 5), conv(8, 8, 3, padding=1, groups=8, padding_mode="circular"))
        case("sequence", (3, 11), nn.Conv1d(3, 9, 3, padding=1))
        case("sequence stride 2", (8, 13), nn.Conv1d(8, 5, 4, stride=2, padding=1))
        case("sequence dilation 2", (8, 13), nn.Conv1d(8, 8, 3, dilation=2, padding=2, groups=8))
    with Table("layer_conv_transposed.txt") as case:
        transposed = nn.ConvTranspose2d
        case("3x3", (3, 4, 5), transposed(3, 9, 3, padding=1))
        case("4x4 stride 2", (8, 3, 4), transposed(8, 3, 4, stride=2, padding=1))
        case("2x2 stride 2", (13, 3, 2), transposed(13, 7, 2, stride=2))
        case("3x3 stride 3x1", (3, 2, 4), transposed(3, 4, 3, stride=(3, 1)))
        case("dilation 2", (8, 3, 4), transposed(8, 4, 3, dilation=2))
        case("groups 4", (12, 3, 3), transposed(12, 8, 3, stride=2, padding=1, groups=4))
        case("depthwise", (9, 3, 3), transposed(9, 9, 4, stride=2, padding=1, groups=9))
        case("no bias", (1, 1, 1), transposed(1, 8, 3, bias=False))
        case("sequence", (8, 5), nn.ConvTranspose1d(8, 3, 4, stride=2, padding=1))
    with Table("layer_dense.txt") as case:
        case("7 to 9", (7,), nn.Linear(7, 9), batch=5)
        case("64 to 10", (64,), nn.Linear(64, 10), batch=3)
        case("1 to 1", (1,), nn.Linear(1, 1), batch=1)
        case("no bias", (13,), nn.Linear(13, 8, bias=False))
        case("flattened", (9, 2, 3), nn.Sequential(nn.Flatten(), nn.Linear(54, 3)))


def pool():
    with Table("layer_pool.txt") as case:
        largest, mean = nn.MaxPool2d, nn.AvgPool2d
        case("max 2", (9, 6, 4), largest(2))
        case("max 3 stride 2 pad 1", (3, 7, 8), largest(3, 2, 1))
        case("max ceil", (8, 7, 6), largest(2, ceil_mode=True))
        case("max 3 stride 2 ceil", (3, 6, 8), largest(3, 2, ceil_mode=True))
        case("max ceil pad", (3, 6, 5), largest(2, 2, 1, ceil_mode=True))
        case("max dilation", (3, 7, 6), largest(2, 1, dilation=2))
        case("max 1x3", (3, 3, 7), largest((1, 3), (1, 2)))
        case("max sequence", (9, 9), nn.MaxPool1d(3, 2))
        case("average 2", (9, 6, 5), mean(2))
        case("average 3 stride 2 pad 1", (3, 7, 8), mean(3, 2, 1))
        case("average exclude", (8, 5, 6), mean(3, 1, 1, count_include_pad=False))
        case("average ceil", (3, 7, 6), mean(2, ceil_mode=True))
        case("average ceil pad", (3, 6, 8), mean(3, 2, 1, ceil_mode=True))
        case("average ceil pad exclude", (3, 6, 8), mean(3, 2, 1, ceil_mode=True, count_include_pad=False))
        case("average sequence", (9, 8), nn.AvgPool1d(3, 2, 1))
        case("adaptive 3x2", (9, 7, 5), nn.AdaptiveAvgPool2d((3, 2)))
        case("adaptive enlarging", (3, 2, 3), nn.AdaptiveAvgPool2d((3, 5)))
        case("global average", (9, 5, 3), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()))
        case("global max", (9, 5, 3), nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()))


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def norm():
    with Table("layer_norm.txt") as case:
        case("batch", (9, 3, 4), nn.BatchNorm2d(9), batch=3, steps=2)
        case("batch options", (3, 4, 3), nn.BatchNorm2d(3, eps=1e-2, momentum=0.3), batch=3, steps=2)
        case("batch no affine", (8, 2, 2), nn.BatchNorm2d(8, affine=False), batch=3, steps=2)
        case("batch vectors", (7,), nn.BatchNorm1d(7), batch=5, steps=2)
        case("batch sequences", (3, 7), nn.BatchNorm1d(3), batch=3, steps=2)
        case("layer", (9, 3, 4), nn.LayerNorm([9, 3, 4]))
        case("layer options", (3, 4, 3), nn.LayerNorm([3, 4, 3], eps=1e-2, elementwise_affine=False))
        case("layer vectors", (13,), nn.LayerNorm([13]), batch=3)
        case("channel", (9, 3, 4), ChannelNorm([9]))
        case("group 3", (9, 3, 4), nn.GroupNorm(3, 9))
        case("group 1", (7, 3, 2), nn.GroupNorm(1, 7, eps=1e-2))
        case("group 4", (8, 3, 4), nn.GroupNorm(4, 8, affine=False))
        case("group of one", (13, 3, 4), nn.GroupNorm(13, 13))
        case("instance", (9, 3, 4), nn.InstanceNorm2d(9))
        case("softmax", (9, 2, 3), nn.Softmax(1), scale=8)
        case("softmax vectors", (13,), nn.Softmax(1), scale=8)
        case("log softmax", (9, 2, 3), nn.LogSoftmax(1), scale=8)
        case("log softmax vectors", (13,), nn.LogSoftmax(1), scale=8)


class ChannelShuffle(nn.Module):
    """nn.ChannelShuffle, of which PyTorch 1.13 lacks the derivative."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


def resize():
    with Table("layer_resize.txt") as case:
        case("nearest 2", (9, 3, 4), nn.Upsample(scale_factor=2))
        case("nearest 3", (3, 2, 3), nn.Upsample(scale_factor=3))
        case("nearest sequence", (3, 5), nn.Upsample(scale_factor=2))
        case("bilinear 2", (9, 3, 4), nn.Upsample(scale_factor=2, mode="bilinear"))
        case("bilinear 3", (3, 2, 3), nn.Upsample(scale_factor=3, mode="bilinear"))
        case("bilinear sequence", (3, 5), nn.Upsample(scale_factor=2, mode="linear"))
        case("aligned 2", (9, 3, 4), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True))
        case("aligned 3", (3, 2, 3), nn.Upsample(scale_factor=3, mode="bilinear", align_corners=True))
        case("shuffle 2", (12, 3, 2), nn.PixelShuffle(2))
        case("shuffle 3", (9, 2, 2), nn.PixelShuffle(3))
        case("unshuffle 2", (3, 4, 6), nn.PixelUnshuffle(2))
        case("channel shuffle 3", (9, 2, 3), ChannelShuffle(3))


def activations():
    with Table("layer_activations.txt") as case:
        case("prelu", (9, 3, 2), nn.PReLU())
        case("prelu per channel", (9, 3, 2), nn.PReLU(9))
        for name, module in {
            "relu": nn.ReLU(),
            "relu6": nn.ReLU6(),
            "leaky_relu": nn.LeakyReLU(),
            "leaky_relu 0.2": nn.LeakyReLU(0.2),
            "elu": nn.ELU(),
            "elu 0.5": nn.ELU(0.5),
            "celu": nn.CELU(1.5),
            "selu": nn.SELU(),
            "gelu": nn.GELU(),
            "gelu_tanh": nn.GELU(approximate="tanh"),
            "silu": nn.SiLU(),
            "hard_swish": nn.Hardswish(),
            "hard_sigmoid": nn.Hardsigmoid(),
            "hard_tanh": nn.Hardtanh(),
            "mish": nn.Mish(),
            "sigmoid": nn.Sigmoid(),
            "log_sigmoid": nn.LogSigmoid(),
            "tanh": nn.Tanh(),
            "softplus": nn.Softplus(),
            "softsign": nn.Softsign(),
        }.items():
            case(name, (9, 2, 2), module, scale=8)


if __name__ == "__main__":
    conv()
    pool()
    norm()
    resize()
    activations()
