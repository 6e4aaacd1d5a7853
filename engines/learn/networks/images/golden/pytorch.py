"""
Golden values of PyTorch 1.13 (Debian 12: apt-get install python3-torch), in double: what the network for images gives for two
of 5 x 4 with two channels. Parameters are a plain sine by their place in the list of names, so that the test can make the
same ones.

    python3 pytorch.py > pytorch-1.13.json
"""
import json, math
import torch
import torch.nn.functional as F
torch.set_default_dtype(torch.float64)
parameters = {}


def numbers(shape, index):
    return torch.tensor([math.sin(1.7 * at * at + index + 0.5 + at) for at in range(math.prod(shape))]).reshape(shape)


def take(name, *shape):
    parameters[name] = list(shape)
    return numbers(shape, len(parameters))


def conv(name, h, outputs, kernel=3):
    weight = take(f'{name}.weight', outputs, h.shape[1], kernel, kernel)
    return F.conv2d(h, weight, take(f'{name}.bias', outputs), padding=kernel // 2)


def act(name, h):
    width = h.shape[1]
    scale, shift = take(f'{name}.scale', width), take(f'{name}.shift', width)
    return F.relu(F.layer_norm(h.permute(0, 2, 3, 1), (width,), scale, shift).permute(0, 3, 1, 2))


h = conv('stem', numbers((2, 5, 4, 2), 0).permute(0, 3, 1, 2), 3)
for stage in range(2):
    name, wide = f'stage{stage}.block0', 3 * 2 ** stage
    h = h if stage == 0 else F.avg_pool2d(h, 2)
    seen = act(f'{name}.norm1', h)
    first = conv(f'{name}.first', seen, wide)
    around = h if stage == 0 else conv(f'{name}.around', seen, wide, 1)
    h = around + conv(f'{name}.second', act(f'{name}.norm2', first), wide)
pooled = act('norm', h).mean((2, 3))
outputs = F.linear(pooled, take('head.weight', 6, 2).T, take('head.bias', 2)).flatten().tolist()
print(json.dumps({'program': f'PyTorch {torch.__version__}', 'parameters': parameters, 'outputs': [float(f'{each:.12g}') for each in outputs]}, indent=1))
