"""
Golden values of PyTorch 1.13 (Debian 12: apt-get install python3-torch), in double: what each network for sequences gives
for three rows of six places, of which 6, 4 and 1 are held. Parameters are a plain sine by their place in the list of names,
so that the test can make the same ones; matrices of ours are [in, out].

    python3 pytorch.py > pytorch-1.13.json
"""
import json, math
import torch
import torch.nn.functional as F
from torch import nn
torch.set_default_dtype(torch.float64)

lengths = torch.tensor([6, 4, 1])
held = torch.arange(6)[None] < lengths[:, None]


def numbers(shape, index):
    return torch.tensor([math.sin(1.7 * at * at + index + 0.5 + at) for at in range(math.prod(shape))]).reshape(shape)


class Parameters(dict):
    def take(self, name, *shape):
        self[name] = list(shape)
        return numbers(shape, len(self))

    def dense(self, name, x, outputs):
        weight = self.take(f'{name}.weight', x.shape[-1], outputs)
        return F.linear(x, weight.T, self.take(f'{name}.bias', outputs))

    def norm(self, name, width):
        return self.take(f'{name}.scale', width), self.take(f'{name}.shift', width)


def pooled(h):
    return (h * held[:, :, None]).sum(1) / lengths[:, None]


def convolution(p, x):
    """Two blocks of width 4, kernel 3; each row is taken alone, cut to its length."""
    def conv(name, h, outputs, dilation=1):
        weight = p.take(f'{name}.weight', outputs, h.shape[1], 3)
        return F.conv1d(h, weight, p.take(f'{name}.bias', outputs), padding=dilation, dilation=dilation)

    def act(name, h):
        scale, shift = p.norm(name, 4)
        return F.relu(F.layer_norm(h.transpose(1, 2), (4,), scale, shift).transpose(1, 2))

    results = []
    for row, length in zip(x, lengths):
        p.clear()
        h = conv('stem', row[None, :length].transpose(1, 2), 4)
        for block in range(2):
            name = f'block{block}'
            first = conv(f'{name}.first', act(f'{name}.norm1', h), 4, 2 ** block)
            h = h + conv(f'{name}.second', act(f'{name}.norm2', first), 4, 2 ** block)
        results.append(p.dense('head', act('norm', h).mean(2), 2))
    return torch.cat(results)


def recurrent(kind, gates):
    """Two layers of four; rows of several lengths packed."""
    def run(p, x):
        module = kind(2, 4, num_layers=2, batch_first=True)
        for layer, inputs in enumerate([2, 4]):
            name = f'cell{layer}'
            values = {
                'weight_ih': p.take(f'{name}.input', inputs, gates * 4).T,
                'weight_hh': p.take(f'{name}.hidden', 4, gates * 4).T,
                'bias_ih': p.take(f'{name}.bias', gates * 4),
            }
            values['bias_hh'] = torch.zeros(gates * 4)
            if gates == 3:
                values['bias_hh'][8:] = p.take(f'{name}.newBias', 4)
            with torch.no_grad():
                for part, value in values.items():
                    getattr(module, f'{part}_l{layer}').copy_(value)
        last = module(nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True))[1]
        return p.dense('head', (last[0] if gates == 4 else last)[-1], 2)
    return run


def transformer(p, x):
    """One layer of width 4, two heads, eight values within."""
    places, channels = torch.arange(6)[:, None], torch.arange(4)[None]
    angle = places / 10000 ** ((channels - channels % 2) / 4)
    h = p.dense('embed', x, 4) + torch.where(channels % 2 == 0, torch.sin(angle), torch.cos(angle))
    layer = nn.TransformerEncoderLayer(4, 2, 8, 0.0, 'gelu', batch_first=True, norm_first=True)
    values = {}
    values['norm1.weight'], values['norm1.bias'] = p.norm('layer0.norm1', 4)
    for ours, theirs, inputs, outputs in [('qkv', 'self_attn.in_proj_', 4, 12), ('out', 'self_attn.out_proj.', 4, 4)]:
        values[f'{theirs}weight'] = p.take(f'layer0.{ours}.weight', inputs, outputs).T
        values[f'{theirs}bias'] = p.take(f'layer0.{ours}.bias', outputs)
    values['norm2.weight'], values['norm2.bias'] = p.norm('layer0.norm2', 4)
    for ours, theirs, inputs, outputs in [('wide', 'linear1.', 4, 8), ('narrow', 'linear2.', 8, 4)]:
        values[f'{theirs}weight'] = p.take(f'layer0.{ours}.weight', inputs, outputs).T
        values[f'{theirs}bias'] = p.take(f'layer0.{ours}.bias', outputs)
    layer.load_state_dict(values)
    h = layer(h, src_key_padding_mask=~held)
    scale, shift = p.norm('norm', 4)
    return p.dense('head', pooled(F.layer_norm(h, (4,), scale, shift)), 2)


networks = {'convolution1d': convolution, 'lstm': recurrent(nn.LSTM, 4), 'gru': recurrent(nn.GRU, 3), 'transformer': transformer}
result = {'program': f'PyTorch {torch.__version__}', 'networks': {}}
for name, run in networks.items():
    p = Parameters()
    outputs = run(p, numbers((3, 6, 2), 0)).flatten().tolist()
    result['networks'][name] = {'parameters': p, 'outputs': [float(f'{each:.12g}') for each in outputs]}
print(json.dumps(result, indent=1))
