"""GPU kernels in Triton: the operator and the preconditioner's product, each in one pass.

`pspflow.mechanics.batched.operator` moves about 150 numbers per voxel through the memory of a GPU,
these kernels about ten. Nothing here is imported where there is no Triton.

The displacements of a voxel, trilinear in ξ, η and ζ from -1/2 to 1/2, are sums of the monomials 1,
ξ, η, ζ, ηζ, ξζ, ξη and ξηζ. Displacement gradients are then sums of the monomials up to ηζ, ξζ and
ξη, which are orthogonal over the Gauss points with mean squares 1, 1/12 and 1/144: the energy is a
sum of seven energies of constant gradients. Elements differ in the weights of these alone.
"""

from contextlib import AbstractContextManager, nullcontext

import torch
import triton
import triton.language as tl
from torch import Tensor

from pspflow.mechanics.element import Scheme

BLOCK = 128
WEIGHTS: dict[Scheme, tuple[float, float, float, float]] = {
    "bbar": (0.0, 0.0, 1 / 12, 1 / 144),
    "full": (1 / 12, 1 / 144, 1 / 12, 1 / 144),
    "reduced": (0.0, 0.0, 0.0, 0.0),
}
"""Of linear and bilinear monomials, for the volumetric and for the deviatoric energy."""


def write_forces(
    element: Scheme, bulk: Tensor, shear: Tensor, displacements: Tensor, out: Tensor
) -> None:
    """Write the nodal forces of k cells.

    Parameters
    ----------
    element
        The voxels' element.
    bulk, shear
        Moduli, contiguous, at least k cells of ``(cells, layers, row)``: layers normal to x, of
        which the first nx count, and of a row the first ``ny * nz``.
    displacements, out
        Periodic parts and forces, contiguous, float32, shape ``(k, 3, nx, ny, nz)``.
    """
    cells, _, nx, ny, nz = displacements.shape
    layers, row = bulk.shape[1:]
    blocks = triton.cdiv(nx * ny * nz, BLOCK)
    grid = (blocks * cells,)  # along other axes CUDA takes no more than 65,535
    sizes = (blocks, nx, ny, nz, layers * row, row)
    with _device_of(out):
        _forces[grid](displacements, bulk, shear, out, *sizes, *WEIGHTS[element], BLOCK)


def multiply_waves(waves: Tensor, inverse: Tensor) -> None:
    """Multiply the waves of k fields by symmetric 3 x 3 matrices, in place.

    Parameters
    ----------
    waves
        Real and imaginary parts, contiguous, float32, shape ``(k, 3, nx, ny, nz // 2 + 1, 2)``.
    inverse
        Contiguous, shape ``(6, nx, ny, nz // 2 + 1, 1)``: xx, yy, zz, yz, xz, xy.
    """
    numbers = inverse[0].numel()
    blocks = triton.cdiv(2 * numbers, BLOCK)
    with _device_of(waves):
        _multiply[(blocks * len(waves),)](waves, inverse, blocks, numbers, BLOCK)


def _device_of(field: Tensor) -> AbstractContextManager[object]:
    """Make the GPU of a field the one on which kernels are started."""
    return torch.cuda.device(field.device) if field.is_cuda else nullcontext()


@triton.jit
def _multiply(waves, inverse, blocks, numbers, block: tl.constexpr):
    item = (tl.program_id(0) // blocks).to(tl.int64)
    at = tl.program_id(0) % blocks * block + tl.arange(0, block)
    inside = at < 2 * numbers
    x_at = waves + item * 6 * numbers + at
    y_at = x_at + 2 * numbers
    z_at = y_at + 2 * numbers
    x = tl.load(x_at, mask=inside, other=0.0)
    y = tl.load(y_at, mask=inside, other=0.0)
    z = tl.load(z_at, mask=inside, other=0.0)
    matrix = inverse + at // 2
    xx = tl.load(matrix, mask=inside, other=0.0)
    yy = tl.load(matrix + numbers, mask=inside, other=0.0)
    zz = tl.load(matrix + 2 * numbers, mask=inside, other=0.0)
    yz = tl.load(matrix + 3 * numbers, mask=inside, other=0.0)
    xz = tl.load(matrix + 4 * numbers, mask=inside, other=0.0)
    xy = tl.load(matrix + 5 * numbers, mask=inside, other=0.0)
    tl.store(x_at, xx * x + xy * y + xz * z, mask=inside)
    tl.store(y_at, xy * x + yy * y + yz * z, mask=inside)
    tl.store(z_at, xz * x + yz * y + zz * z, mask=inside)


@triton.jit
def _monomials(field, n000, n001, n010, n011, n100, n101, n110, n111, inside):
    """Return the coefficients of ξ, η, ζ, ηζ, ξζ, ξη and ξηζ of one displacement."""
    u000 = tl.load(field + n000, mask=inside, other=0.0)
    u001 = tl.load(field + n001, mask=inside, other=0.0)
    u010 = tl.load(field + n010, mask=inside, other=0.0)
    u011 = tl.load(field + n011, mask=inside, other=0.0)
    u100 = tl.load(field + n100, mask=inside, other=0.0)
    u101 = tl.load(field + n101, mask=inside, other=0.0)
    u110 = tl.load(field + n110, mask=inside, other=0.0)
    u111 = tl.load(field + n111, mask=inside, other=0.0)
    # differences along z, then their sums and differences along y, then along x
    d00, d01, d10, d11 = u001 - u000, u011 - u010, u101 - u100, u111 - u110
    s00, s01, s10, s11 = u001 + u000, u011 + u010, u101 + u100, u111 + u110
    ds0, dd0, ds1, dd1 = d01 + d00, d01 - d00, d11 + d10, d11 - d10
    sd0, ss0, sd1, ss1 = s01 - s00, s01 + s00, s11 - s10, s11 + s10
    return (
        (ss1 - ss0) * 0.25,
        (sd1 + sd0) * 0.25,
        (ds1 + ds0) * 0.25,
        (dd1 + dd0) * 0.5,
        (ds1 - ds0) * 0.5,
        (sd1 - sd0) * 0.5,
        dd1 - dd0,
    )


@triton.jit
def _stress(k, m, xx, yy, zz, yz, xz, xy):
    """Return the stress of a strain with engineering shear, bulk modulus k, shear modulus m."""
    trace = xx + yy + zz
    mean = (k - 2.0 / 3.0 * m) * trace
    return mean + 2.0 * m * xx, mean + 2.0 * m * yy, mean + 2.0 * m * zz, m * yz, m * xz, m * xy


@triton.jit
def _forces(
    displacements,
    bulk,
    shear,
    out,
    blocks,
    nx,
    ny,
    nz,
    cell,
    row,
    bulk_1: tl.constexpr,
    bulk_2: tl.constexpr,
    shear_1: tl.constexpr,
    shear_2: tl.constexpr,
    block: tl.constexpr,
):
    """Sum the forces of the eight voxels around each node of a block of one cell's nodes."""
    voxels = nx * ny * nz
    item = (tl.program_id(0) // blocks).to(tl.int64)
    node = tl.program_id(0) % blocks * block + tl.arange(0, block)
    inside = node < voxels
    z = node % nz
    y = (node // nz) % ny
    x = node // (nz * ny)
    along_x = displacements + item * 3 * voxels
    along_y = along_x + voxels
    along_z = along_y + voxels
    bulk_of, shear_of = bulk + item * cell, shear + item * cell
    force_x = tl.zeros((block,), tl.float32)
    force_y = tl.zeros((block,), tl.float32)
    force_z = tl.zeros((block,), tl.float32)
    zero = tl.zeros((block,), tl.float32)
    for a in tl.static_range(2):
        x0 = tl.where(x >= a, x - a, nx - 1)
        x1 = tl.where(x0 + 1 < nx, x0 + 1, 0)
        sx = 2.0 * a - 1.0
        for b in tl.static_range(2):
            y0 = tl.where(y >= b, y - b, ny - 1)
            y1 = tl.where(y0 + 1 < ny, y0 + 1, 0)
            sy = 2.0 * b - 1.0
            for c in tl.static_range(2):
                z0 = tl.where(z >= c, z - c, nz - 1)
                z1 = tl.where(z0 + 1 < nz, z0 + 1, 0)
                sz = 2.0 * c - 1.0
                n00, n01 = (x0 * ny + y0) * nz, (x0 * ny + y1) * nz
                n10, n11 = (x1 * ny + y0) * nz, (x1 * ny + y1) * nz
                n000, n001, n010, n011 = n00 + z0, n00 + z1, n01 + z0, n01 + z1
                n100, n101, n110, n111 = n10 + z0, n10 + z1, n11 + z0, n11 + z1
                xx, xy, xz, xyz, xxz, xxy, xxyz = _monomials(
                    along_x, n000, n001, n010, n011, n100, n101, n110, n111, inside
                )
                yx, yy, yz, yyz, yxz, yxy, yxyz = _monomials(
                    along_y, n000, n001, n010, n011, n100, n101, n110, n111, inside
                )
                zx, zy, zz, zyz, zxz, zxy, zxyz = _monomials(
                    along_z, n000, n001, n010, n011, n100, n101, n110, n111, inside
                )
                at = x0 * row + y0 * nz + z0
                k = tl.load(bulk_of + at, mask=inside, other=0.0)
                m = tl.load(shear_of + at, mask=inside, other=0.0)
                k1, m1, k2, m2 = bulk_1 * k, shear_1 * m, bulk_2 * k, shear_2 * m
                # stresses of the constant, of ξ, η and ζ, and of ηζ, ξζ and ξη: component by
                # component xx, yy, zz, yz, xz, xy
                o0, o1, o2, o3, o4, o5 = _stress(k, m, xx, yy, zz, yz + zy, xz + zx, xy + yx)
                _, p1, p2, p3, p4, p5 = _stress(k1, m1, zero, yxy, zxz, yxz + zxy, xxz, xxy)
                q0, _, q2, q3, q4, q5 = _stress(k1, m1, xxy, zero, zyz, yyz, xyz + zxy, yxy)
                r0, r1, _, r3, r4, r5 = _stress(k1, m1, xxz, yyz, zero, zyz, zxz, xyz + yxz)
                e0, _, _, _, e4, e5 = _stress(k2, m2, xxyz, zero, zero, zero, zxyz, yxyz)
                _, f1, _, f3, _, f5 = _stress(k2, m2, zero, yxyz, zero, zxyz, zero, xxyz)
                _, _, g2, g3, g4, _ = _stress(k2, m2, zero, zero, zxyz, yxyz, xxyz, zero)
                force_x += (
                    0.25 * (sx * o0 + sy * o5 + sz * o4)
                    + 0.5 * (sx * sy * (p5 + q0) + sx * sz * (p4 + r0) + sy * sz * (q4 + r5))
                    + sx * sy * sz * (e0 + f5 + g4)
                )
                force_y += (
                    0.25 * (sx * o5 + sy * o1 + sz * o3)
                    + 0.5 * (sx * sy * (p1 + q5) + sx * sz * (p3 + r5) + sy * sz * (q3 + r1))
                    + sx * sy * sz * (e5 + f1 + g3)
                )
                force_z += (
                    0.25 * (sx * o4 + sy * o3 + sz * o2)
                    + 0.5 * (sx * sy * (p3 + q4) + sx * sz * (p2 + r4) + sy * sz * (q2 + r3))
                    + sx * sy * sz * (e4 + f3 + g2)
                )
    target = out + item * 3 * voxels + node
    tl.store(target, force_x, mask=inside)
    tl.store(target + voxels, force_y, mask=inside)
    tl.store(target + 2 * voxels, force_z, mask=inside)
