#!/usr/bin/env python3
"""Writes train_losses.txt, train_optimizers.txt and train_schedules.txt: what PyTorch makes of small inputs.

Each line is "name: number number ...". The inputs are formulas that tests/train/golden_table.hpp repeats.
Needs PyTorch 1.13 or later; the tests themselves only read the files.
"""
import math
import pathlib

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent


def wave(count, scale, step, phase):
    return torch.tensor([scale * math.sin(step * i + phase) for i in range(count)])


def write(file, rows):
    lines = [f"{name}: {' '.join(f'{float(v):.12g}' for v in values)}" for name, values in rows]
    (here / file).write_text("\n".join(lines) + "\n")


def losses():
    rows = []

    def case(name, shape, loss):
        x = wave(math.prod(shape), 3, 1.3, 0.5).reshape(shape).requires_grad_()
        value = loss(x)
        value.backward()
        rows.append((name, [value, *x.grad.flatten()]))

    for shape in [(5, 1), (5, 3), (5, 10), (5, 17), (2, 10, 2, 3)]:
        label = "x".join(map(str, shape))
        classes, count = shape[1], math.prod(shape)
        places = count // classes
        labels = torch.tensor([(7 * i + 3) % classes for i in range(places)]).reshape(shape[:1] + shape[2:])
        weights = torch.tensor([0.5 + 0.25 * (c % 5) for c in range(classes)])
        soft = wave(count, 1, 0.9, 0.1).reshape(shape).square()
        soft = soft / soft.sum(1, keepdim=True)
        target = wave(count, 2, 0.7, -0.4).reshape(shape)
        ce = F.cross_entropy
        case(f"cross_entropy {label}", shape, lambda x: ce(x, labels))
        case(f"cross_entropy smoothed {label}", shape, lambda x: ce(x, labels, label_smoothing=0.1))
        case(f"cross_entropy weighted {label}", shape, lambda x: ce(x, labels, weights))
        case(f"cross_entropy smoothed weighted {label}", shape, lambda x: ce(x, labels, weights, label_smoothing=0.1))
        case(f"cross_entropy ignored {label}", shape,
             lambda x: ce(x, labels, weights, label_smoothing=0.1, ignore_index=0) if classes > 1 else 0 * x.sum())
        case(f"cross_entropy soft {label}", shape, lambda x: ce(x, soft))
        case(f"cross_entropy soft smoothed weighted {label}", shape,
             lambda x: ce(x, soft, weights, label_smoothing=0.2))
        case(f"binary_cross_entropy {label}", shape, lambda x: F.binary_cross_entropy_with_logits(x, target.abs() / 2))
        case(f"mean_squared_error {label}", shape, lambda x: F.mse_loss(x, target))
        case(f"l1 {label}", shape, lambda x: F.l1_loss(x, target))
        case(f"huber {label}", shape, lambda x: F.huber_loss(x, target, delta=0.7))
        case(f"smooth_l1 {label}", shape, lambda x: F.smooth_l1_loss(x, target, beta=0.4))
    write("train_losses.txt", rows)


def optimizers():
    """11 parameters p, whose gradient in step t is cos(0.7 i + 0.3 t) + 0.1 p; p after steps 1, 2 and 12."""
    optim = torch.optim
    cases = {
        "sgd": lambda p: optim.SGD(p, lr=0.05),
        "sgd decay": lambda p: optim.SGD(p, lr=0.05, weight_decay=0.1),
        "sgd momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1),
        "sgd nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True),
        "adam": lambda p: optim.Adam(p),
        "adam decay": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
        "adamw": lambda p: optim.AdamW(p),
        "adamw decay": lambda p: optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3),
        "rmsprop": lambda p: optim.RMSprop(p),
        "rmsprop momentum": lambda p: optim.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-3, weight_decay=0.1, momentum=0.8),
    }
    rows = []
    for name, make in cases.items():
        p = wave(11, 1, 1.1, 0.2).requires_grad_()
        optimizer = make([p])
        seen = []
        for t in range(1, 13):
            with torch.no_grad():
                p.grad = torch.tensor([math.cos(0.7 * i + 0.3 * t) for i in range(11)]) + 0.1 * p
            optimizer.step()
            if t in (1, 2, 12):
                seen += p.detach().tolist()
        rows.append((name, seen))
        for key, state in optimizer.state[p].items():
            if key != "step" and state is not None:
                rows.append((f"{name} {key}", state.tolist()))

    p = wave(11, 1, 1.1, 0.2).requires_grad_()
    for name, clip in {
        "clip norm": lambda: torch.nn.utils.clip_grad_norm_([p], 0.5),
        "clip norm above": lambda: torch.nn.utils.clip_grad_norm_([p], 50),
        "clip value": lambda: torch.nn.utils.clip_grad_value_([p], 0.3),
    }.items():
        p.grad = wave(11, 1, 0.6, 0.9)
        norm = clip()
        rows.append((name, ([] if norm is None else [norm]) + p.grad.tolist()))
    write("train_optimizers.txt", rows)


def schedules():
    schedule = torch.optim.lr_scheduler
    rows = []

    def case(name, count, make):
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        it = make(optimizer)
        factors = []
        for _ in range(count):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            it.step()
        rows.append((name, factors))

    case("step", 20, lambda o: schedule.StepLR(o, 6, 0.3))
    case("multi_step", 20, lambda o: schedule.MultiStepLR(o, [4, 9, 15], 0.3))
    case("cosine", 20, lambda o: schedule.CosineAnnealingLR(o, 20, eta_min=0.05))
    case("one_cycle", 20, lambda o: schedule.OneCycleLR(o, 1.0, 20, cycle_momentum=False))
    case("one_cycle linear", 20, lambda o: schedule.OneCycleLR(
        o, 1.0, 20, pct_start=0.4, anneal_strategy="linear", cycle_momentum=False, div_factor=10, final_div_factor=100))
    case("warm_up cosine", 20, lambda o: schedule.SequentialLR(
        o, [schedule.LinearLR(o, 0.25, total_iters=6), schedule.CosineAnnealingLR(o, 14)], [6]))

    losses = [1.0, 0.8, 0.81, 0.79999, 0.82, 0.9, 0.9, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.6, 0.61, 0.61, 0.61, 0.61]
    for name, options in {
        "plateau": dict(factor=0.5, patience=2),
        "plateau cooldown": dict(factor=0.5, patience=1, cooldown=2, min_lr=0.2),
        "plateau absolute": dict(factor=0.5, patience=0, threshold=0.15, threshold_mode="abs"),
        "plateau maximize": dict(factor=0.5, patience=2, mode="max"),
    }.items():
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        it = schedule.ReduceLROnPlateau(optimizer, **options)
        factors = []
        for loss in losses:
            it.step(loss)
            factors.append(optimizer.param_groups[0]["lr"])
        rows.append((name, factors))
    rows.append(("plateau losses", losses))
    write("train_schedules.txt", rows)


if __name__ == "__main__":
    losses()
    optimizers()
    schedules()
