#!/usr/bin/env python3
"""Makes the seed data of the register: a schematic province, its sites, subscribers and villages.

    python3 -m venv venv && venv/bin/pip install numpy shapely && venv/bin/python seeds/generate.py

Deterministic: the same code gives the same bytes. Everything published is a constant near the top
(names, codes, areas, census figures, year-end totals); everything else is generated, and every
total is asserted before a file is written. README.md says which is which.
"""
import json
import math
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon

HERE = Path(__file__).resolve().parent
RNG = random.Random(20161231)

# ---------------------------------------------------------------- published facts

FIRST_DAY, REFORM = "2013-12-27", "2025-07-01"  # Lai Chau becomes a city; districts end
# code: name, official area km2, seat (lon, lat), census 2009
# (2009: statistical office, on the district division of 2012; the three add up to 127 575)
DISTRICTS = {
    "105": ("Thành phố Lai Châu", 70.77, (103.457, 22.396), 26706),
    "106": ("Huyện Tam Đường", 684.52, (103.619, 22.332), 46767),
    "107": ("Huyện Mường Tè", 2679.34, (102.812, 22.374), 37565),
    "108": ("Huyện Sìn Hồ", 1526.96, (103.249, 22.357), 71833),
    "109": ("Huyện Phong Thổ", 1029.25, (103.298, 22.541), 66372),
    "110": ("Huyện Than Uyên", 792.53, (103.885, 21.959), 57470),
    "111": ("Huyện Tân Uyên", 897.33, (103.772, 22.175), 45612),
    "112": ("Huyện Nậm Nhùn", 1389.08, (103.000, 22.140), 18177),
}
PROVINCE_AREA = 9068.73
CENSUS_2019 = {"105": 41771, "106": 56079, "109": 79645, "110": 67550, "111": 58104}
CENSUS_2019_WEST = 157047  # 107 + 108 + 112 together: the source at hand does not split them
WEST = ("107", "108", "112")
SEAT_COMMUNE = {"105": "03389", "106": "03390", "107": "03433", "108": "03478", "109": "03549",
                "110": "03595", "111": "03598", "112": "03434"}

AROUND_CITY = ("03391", "03394", "03405", "03415")  # kept in place, so that the city stays compact

# communes since 2025-07-01: code|name|official area km2 (Resolution 1670/NQ-UBTVQH15)
NEW_COMMUNES = """
03388|Phường Đoàn Kết|134.31
03390|Xã Bình Lư|173.91
03394|Xã Sin Suối Hồ|255.91
03405|Xã Tả Lèng|128.36
03408|Phường Tân Phong|106.77
03424|Xã Bản Bo|100.82
03430|Xã Khun Há|149.35
03433|Xã Bum Tở|384.07
03434|Xã Nậm Hàng|335.92
03439|Xã Thu Lũm|251.55
03442|Xã Pa Ủ|444.58
03445|Xã Mường Tè|292.00
03451|Xã Mù Cả|384.04
03460|Xã Hua Bum|355.72
03463|Xã Tà Tổng|512.01
03466|Xã Bum Nưa|315.13
03472|Xã Mường Mô|395.16
03478|Xã Sìn Hồ|159.68
03487|Xã Lê Lợi|288.36
03503|Xã Pa Tần|316.53
03508|Xã Hồng Thu|178.00
03517|Xã Nậm Tăm|242.28
03529|Xã Tủa Sín Chải|292.88
03532|Xã Pu Sam Cáp|152.23
03538|Xã Nậm Mạ|112.73
03544|Xã Nậm Cuổi|177.16
03549|Xã Phong Thổ|266.71
03562|Xã Sì Lở Lầu|147.80
03571|Xã Dào San|137.29
03583|Xã Khổng Lào|188.12
03595|Xã Than Uyên|132.09
03598|Xã Tân Uyên|296.25
03601|Xã Mường Khoa|168.83
03613|Xã Nậm Sỏ|263.42
03616|Xã Pắc Ta|168.58
03618|Xã Mường Than|154.08
03637|Xã Mường Kim|316.32
03640|Xã Khoen On|189.78
"""
# communes until 2025-06-30: code|name|district|commune of 2025 it went into|rough place (by hand)
OLD_COMMUNES = """
03386|Phường Quyết Thắng|105|03388|103.44|22.40
03387|Phường Tân Phong|105|03408|103.472|22.40
03388|Phường Quyết Tiến|105|03388|103.447|22.387
03389|Phường Đoàn Kết|105|03388|103.457|22.396
03390|Thị trấn Tam Đường|106|03390|103.62|22.335
03391|Xã Lả Nhì Thàng|109|03388|103.37|22.45
03394|Xã Thèn Sin|106|03394|103.475|22.465
03400|Xã Tả Lèng|106|03405|103.53|22.43
03403|Xã Sùng Phài|105|03388|103.425|22.42
03405|Xã Giang Ma|106|03405|103.55|22.38
03406|Xã Hồ Thầu|106|03405|103.60|22.40
03408|Phường Đông Phong|105|03408|103.475|22.38
03409|Xã San Thàng|105|03408|103.50|22.38
03412|Xã Bình Lư|106|03390|103.66|22.36
03413|Xã Sơn Bình|106|03390|103.72|22.35
03415|Xã Nùng Nàng|106|03408|103.455|22.335
03418|Xã Bản Giang|106|03408|103.505|22.315
03421|Xã Bản Hon|106|03430|103.565|22.29
03424|Xã Bản Bo|106|03424|103.70|22.28
03427|Xã Nà Tăm|106|03424|103.67|22.26
03430|Xã Khun Há|106|03430|103.60|22.22
03433|Thị trấn Mường Tè|107|03433|102.81|22.37
03434|Thị trấn Nậm Nhùn|112|03434|103.00|22.14
03436|Xã Thu Lũm|107|03439|102.43|22.71
03439|Xã Ka Lăng|107|03439|102.46|22.62
03440|Xã Tá Bạ|107|03442|102.56|22.64
03442|Xã Pa ủ|107|03442|102.69|22.63
03445|Xã Mường Tè|107|03445|102.60|22.54
03448|Xã Pa Vệ Sử|107|03466|102.85|22.56
03451|Xã Mù Cả|107|03451|102.45|22.47
03454|Xã Bum Tở|107|03433|102.77|22.45
03457|Xã Nậm Khao|107|03445|102.68|22.44
03460|Xã Hua Bun|112|03460|102.99|22.38
03463|Xã Tà Tổng|107|03463|102.60|22.29
03466|Xã Bum Nưa|107|03466|102.87|22.44
03467|Xã Vàng San|107|03460|102.89|22.36
03469|Xã Kan Hồ|107|03433|102.78|22.29
03472|Xã Mường Mô|112|03472|102.90|22.20
03473|Xã Nậm Chà|112|03472|102.81|22.15
03474|Xã Nậm Manh|112|03434|102.97|22.07
03475|Xã Nậm Hàng|112|03434|103.03|22.21
03478|Thị trấn Sìn Hồ|108|03478|103.25|22.36
03481|Xã Lê Lợi|112|03487|103.16|22.10
03484|Xã Pú Đao|112|03487|103.09|22.13
03487|Xã Chăn Nưa|108|03487|103.18|22.19
03488|Xã Nậm Pì|112|03487|103.11|22.24
03490|Xã Huổi Luông|109|03549|103.20|22.53
03493|Xã Pa Tần|108|03503|103.14|22.48
03496|Xã Phìn Hồ|108|03508|103.24|22.47
03499|Xã Hồng Thu|108|03508|103.21|22.41
03502|Xã Nậm Ban|112|03503|103.06|22.34
03503|Xã Trung Chải|112|03503|103.09|22.42
03505|Xã Phăng Sô Lin|108|03478|103.27|22.39
03508|Xã Ma Quai|108|03508|103.31|22.42
03509|Xã Lùng Thàng|108|03517|103.34|22.35
03511|Xã Tả Phìn|108|03478|103.21|22.35
03514|Xã Sà Dề Phìn|108|03478|103.19|22.28
03517|Xã Nậm Tăm|108|03517|103.40|22.31
03520|Xã Tả Ngảo|108|03529|103.28|22.28
03523|Xã Pu Sam Cáp|108|03532|103.48|22.25
03526|Xã Nậm Cha|108|03517|103.36|22.23
03527|Xã Pa Khoá|108|03532|103.44|22.26
03529|Xã Làng Mô|108|03529|103.26|22.21
03532|Xã Noong Hẻo|108|03532|103.48|22.20
03535|Xã Nậm Mạ|108|03538|103.37|22.14
03538|Xã Căn Co|108|03538|103.44|22.15
03541|Xã Tủa Sín Chải|108|03529|103.27|22.11
03544|Xã Nậm Cuổi|108|03544|103.53|22.11
03547|Xã Nậm Hăn|108|03544|103.48|22.03
03549|Thị trấn Phong Thổ|109|03549|103.30|22.54
03550|Xã Sì Lở Lầu|109|03562|103.34|22.77
03553|Xã Mồ Sì San|109|03562|103.40|22.75
03559|Xã Pa Vây Sử|109|03562|103.40|22.72
03562|Xã Vàng Ma Chải|109|03562|103.33|22.71
03565|Xã Tông Qua Lìn|109|03571|103.42|22.68
03568|Xã Mù Sang|109|03571|103.27|22.66
03571|Xã Dào San|109|03571|103.35|22.665
03574|Xã Ma Ly Pho|109|03549|103.22|22.61
03577|Xã Bản Lang|109|03583|103.43|22.62
03580|Xã Hoang Thèn|109|03583|103.32|22.60
03583|Xã Khổng Lào|109|03583|103.38|22.57
03586|Xã Nậm Xe|109|03394|103.46|22.54
03589|Xã Mường So|109|03549|103.36|22.51
03592|Xã Sin Suối Hồ|109|03394|103.55|22.53
03595|Thị trấn Than Uyên|110|03595|103.885|21.96
03598|Thị trấn Tân Uyên|111|03598|103.77|22.175
03601|Xã Mường Khoa|111|03601|103.66|22.19
03602|Xã Phúc Khoa|111|03601|103.77|22.25
03604|Xã Thân Thuộc|111|03598|103.75|22.12
03605|Xã Trung Đồng|111|03598|103.82|22.17
03607|Xã Hố Mít|111|03616|103.89|22.14
03610|Xã Nậm Cần|111|03598|103.69|22.11
03613|Xã Nậm Sỏ|111|03613|103.58|22.10
03616|Xã Pắc Ta|111|03616|103.82|22.09
03618|Xã Phúc Than|110|03618|103.91|22.04
03619|Xã Mường Than|110|03595|103.92|21.99
03622|Xã Tà Mít|111|03613|103.65|22.02
03625|Xã Mường Mít|110|03618|103.84|22.02
03628|Xã Pha Mu|110|03637|103.73|21.94
03631|Xã Mường Cang|110|03595|103.85|21.93
03632|Xã Hua Nà|110|03595|103.95|21.94
03634|Xã Tà Hừa|110|03637|103.75|21.87
03637|Xã Mường Kim|110|03637|103.83|21.87
03638|Xã Tà Mung|110|03637|103.92|21.87
03640|Xã Tà Gia|110|03640|103.80|21.79
03643|Xã Khoen On|110|03640|103.90|21.77
"""
# an outline drawn by hand on 0.01 degree; scaled to the sum of the districts' areas
OUTLINE = [
    (102.33, 22.50), (102.38, 22.42), (102.44, 22.37), (102.48, 22.31), (102.54, 22.24),
    (102.61, 22.19), (102.68, 22.19), (102.74, 22.13), (102.80, 22.07), (102.88, 22.08),
    (102.95, 22.06), (103.02, 22.04), (103.08, 22.06), (103.14, 22.07), (103.20, 22.09),
    (103.25, 22.05), (103.32, 22.08), (103.38, 22.10), (103.44, 22.06), (103.49, 21.99),
    (103.54, 21.97), (103.62, 21.97), (103.69, 21.94), (103.71, 21.87), (103.76, 21.80),
    (103.82, 21.74), (103.90, 21.70), (103.96, 21.73), (103.95, 21.80), (103.96, 21.89),
    (103.98, 21.97), (103.96, 22.04), (103.93, 22.11), (103.88, 22.17), (103.82, 22.21),
    (103.77, 22.27), (103.78, 22.32), (103.74, 22.37), (103.67, 22.42), (103.63, 22.46),
    (103.60, 22.53), (103.56, 22.59), (103.50, 22.63), (103.46, 22.69), (103.43, 22.75),
    (103.38, 22.79), (103.32, 22.81), (103.28, 22.74), (103.26, 22.68), (103.20, 22.65),
    (103.16, 22.60), (103.13, 22.53), (103.07, 22.49), (103.02, 22.47), (102.95, 22.51),
    (102.91, 22.58), (102.85, 22.62), (102.78, 22.63), (102.72, 22.70), (102.65, 22.72),
    (102.58, 22.71), (102.52, 22.74), (102.46, 22.77), (102.41, 22.72), (102.37, 22.64),
    (102.36, 22.57),
]

# ---------------------------------------------------------------- an equal-area plane (km)

A_KM, E2 = 6378.137, 0.00669437999014
E = math.sqrt(E2)
LON0, LAT0 = 103.15, math.radians(22.3)
K0 = math.cos(LAT0) / math.sqrt(1 - E2 * math.sin(LAT0) ** 2)


def _q(lat):
    s = math.sin(lat)
    return (1 - E2) * (s / (1 - E2 * s * s) - math.log((1 - E * s) / (1 + E * s)) / (2 * E))


def to_plane(lon, lat):
    """Lambert cylindrical equal-area on the WGS 84 ellipsoid: plane areas are true areas."""
    return (A_KM * K0 * math.radians(lon - LON0), A_KM * (_q(math.radians(lat)) - _q(LAT0)) / (2 * K0))


def to_lonlat(x, y):
    target = _q(LAT0) + 2 * K0 * y / A_KM
    lat = LAT0
    for _ in range(12):
        s = math.sin(lat)
        lat += (target - _q(lat)) * (1 - E2 * s * s) ** 2 / (2 * (1 - E2) * math.cos(lat))
    return (round(LON0 + math.degrees(x / (A_KM * K0)), 6), round(math.degrees(lat), 6))


# ---------------------------------------------------------------- the tessellation


def parse_facts():
    new = {}
    for line in NEW_COMMUNES.split("\n"):
        if line:
            code, name, area = line.split("|")
            new[code] = (name, float(area))
    old = {}
    for line in OLD_COMMUNES.split("\n"):
        if line:
            code, name, district, into, lon, lat = line.split("|")
            old[code] = (name, district, into, to_plane(float(lon), float(lat)))
    assert len(new) == 38 and len(old) == 106 and len(DISTRICTS) == 8
    assert {o[2] for o in old.values()} == set(new) and {o[1] for o in old.values()} == set(DISTRICTS)
    return new, old


def commune_areas(new, old):
    """Areas of the old communes that agree with the official areas of the districts and of the
    new communes: iterative proportional fitting from rough first guesses (towns are small)."""
    first = {"03403": 29.0, "03598": 70.0, "03409": 24.0, "03391": 65.0}
    area = {}
    for code, (name, district, _, _) in old.items():
        if name.startswith("Phường"):
            area[code] = 4.0
        else:
            area[code] = first.get(code, 30.0 if name.startswith("Thị trấn") else 85.0)
    for _ in range(200):
        for level, totals in ((2, {c: n[1] for c, n in new.items()}),
                              (1, {c: d[1] for c, d in DISTRICTS.items()})):
            have = defaultdict(float)
            for code in old:
                have[old[code][level]] += area[code]
            for code in old:
                area[code] *= totals[old[code][level]] / have[old[code][level]]
    return area


CELL_KM2 = 0.2
SIDE = math.sqrt(2 * CELL_KM2 / (3 * math.sqrt(3)))  # of a hexagon, pointed top
UX, UY = SIDE * math.sqrt(3) / 2, SIDE / 2  # lattice units: every corner is a whole number of them
CORNERS = ((0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1))  # anticlockwise
NEIGHBOURS = ((2, 0), (1, 3), (-1, 3), (-2, 0), (-1, -3), (1, -3))


def hexagons(total_km2):
    """Centres (in lattice units) of the hexagons inside the outline scaled to `total_km2`."""
    ring = Polygon([to_plane(*p) for p in OUTLINE])
    for _ in range(2):  # round the corners
        pts = list(ring.exterior.coords)
        ring = Polygon([(p[0] * w + n[0] * (1 - w), p[1] * w + n[1] * (1 - w))
                        for p, n in zip(pts, pts[1:]) for w in (0.75, 0.25)])
    factor = math.sqrt(total_km2 / ring.area)
    assert 0.97 < factor < 1.03, factor
    ring = affinity.scale(ring, factor, factor, origin="centroid")
    x0, y0, x1, y1 = ring.bounds
    cells = [(2 * i + (j & 1), 3 * j)
             for j in range(int(y0 / UY / 3) - 1, int(y1 / UY / 3) + 2)
             for i in range(int(x0 / UX / 2) - 1, int(x1 / UX / 2) + 2)]
    xy = np.array(cells) * (UX, UY)
    inside = shapely.contains_xy(ring, xy[:, 0], xy[:, 1])
    return [c for c, keep in zip(cells, inside) if keep]


def power_diagram(cells, old, area):
    """Every cell goes to the commune with the least (distance^2 - weight); the weights are moved
    until every commune has its area, the sites drift towards the middle of their commune."""
    codes = sorted(old)
    xy = np.array(cells, dtype=float) * (UX, UY)
    site = np.array([old[c][3] for c in codes])
    pinned = {*SEAT_COMMUNE.values(), *AROUND_CITY} | {c for c in codes if old[c][1] == "105"}
    fixed = np.array([c in pinned for c in codes])
    want = np.array([area[c] for c in codes])
    want *= len(cells) * CELL_KM2 / want.sum()
    weight = np.zeros(len(codes))
    for step in range(420):
        best, owner = np.full(len(xy), np.inf), np.zeros(len(xy), dtype=int)
        for k in range(len(codes)):
            d = (xy[:, 0] - site[k, 0]) ** 2 + (xy[:, 1] - site[k, 1]) ** 2 - weight[k]
            nearer = d < best
            best[nearer], owner[nearer] = d[nearer], k
        count = np.bincount(owner, minlength=len(codes))
        weight += (0.25 if step < 300 else 0.1) * (want - count * CELL_KM2)
        if step < 240 and step % 4 == 0:
            for k in range(len(codes)):
                if count[k] and not fixed[k]:
                    site[k] += 0.15 * (xy[owner == k].mean(axis=0) - site[k])
    return {c: codes[k] for c, k in zip(cells, owner)}


def parts(cells):
    """Connected parts of a set of cells, the largest first."""
    left, found = set(cells), []
    for start in sorted(cells):
        if start not in left:
            continue
        left.discard(start)
        part, queue = [start], [start]
        while queue:
            c = queue.pop()
            for d in NEIGHBOURS:
                n = (c[0] + d[0], c[1] + d[1])
                if n in left:
                    left.discard(n)
                    part.append(n)
                    queue.append(n)
        found.append(part)
    return sorted(found, key=lambda p: (-len(p), p[0]))


def tidy(owner):
    """Gives stray cells to the commune around them."""
    for code in sorted(set(owner.values())):
        for part in parts([c for c, o in owner.items() if o == code])[1:]:
            votes = defaultdict(int)
            for c in part:
                for d in NEIGHBOURS:
                    n = owner.get((c[0] + d[0], c[1] + d[1]))
                    if n not in (None, code):
                        votes[n] += 1
            for c in part:
                owner[c] = max(sorted(votes), key=lambda v: votes[v])


def edges(cells):
    """Directed edges round a set of cells, the cells on the left."""
    inside = set()
    for cx, cy in cells:
        ring = [(cx + dx, cy + dy) for dx, dy in CORNERS]
        for a, b in zip(ring, ring[1:] + ring[:1]):
            if (b, a) in inside:
                inside.discard((b, a))
            else:
                inside.add((a, b))
    return inside


def smooth_corners(owner):
    """Place of every corner that lies on a commune border: rounded a little, and only once, so
    that all areas of all levels that share a corner share the same six decimals."""
    by_commune = defaultdict(list)
    for cell, code in owner.items():
        by_commune[code].append(cell)
    links = defaultdict(set)
    for cells in by_commune.values():
        for a, b in edges(cells):
            links[a].add(b)
            links[b].add(a)
    place = {v: (v[0] * UX, v[1] * UY) for v in links}
    for _ in range(3):
        place = {v: tuple(0.5 * place[v][i] + 0.5 * sum(place[n][i] for n in near) / len(near)
                          for i in (0, 1))
                 for v, near in ((v, sorted(links[v])) for v in place)}
    return {v: to_lonlat(*p) for v, p in place.items()}


def polygon(cells, place):
    """Rings as RFC 7946 wants them: outer anticlockwise, holes clockwise; a MultiPolygon only
    where the area really has several parts."""
    rings = []
    follow = dict(edges(cells))  # three edges meet in a corner: one way in, one way out
    while follow:
        start = min(follow)
        ring, v = [start], follow.pop(start)
        while v != start:
            ring.append(v)
            v = follow.pop(v)
        rings.append([place[v] for v in ring] + [place[start]])
    outer = [r for r in rings if Polygon(r).exterior.is_ccw]
    holes = [r for r in rings if not Polygon(r).exterior.is_ccw]
    polys = [[o] + [h for h in holes if Polygon(o).contains(Polygon(h))] for o in outer]
    assert sum(map(len, polys)) == len(rings)
    polys.sort(key=lambda p: -Polygon(p[0]).area)
    if len(polys) == 1:
        return {"type": "Polygon", "coordinates": polys[0]}
    return {"type": "MultiPolygon", "coordinates": polys}


def true_area(shape):
    return shapely.transform(shape, lambda a: np.array([to_plane(x, y) for x, y in a])).area


# ---------------------------------------------------------------- areas.geojson


def share_out(total, weights):
    """Whole numbers in proportion to the weights, with exactly this total (largest remainder)."""
    s = sum(weights.values())
    exact = {k: total * w / s for k, w in weights.items()}
    out = {k: int(e) for k, e in exact.items()}
    for k in sorted(out, key=lambda k: (out[k] - exact[k], str(k)))[:total - sum(out.values())]:
        out[k] += 1
    assert sum(out.values()) == total
    return out


def populations():
    """year -> district -> persons, and the source to state with it."""
    p2009 = {c: d[3] for c, d in DISTRICTS.items()}
    west_2009 = {c: p2009[c] for c in WEST}
    p2019 = dict(CENSUS_2019, **share_out(CENSUS_2019_WEST, west_2009))

    def between(a, b):  # seven tenths of the way, halves up, in whole numbers
        return a + (7 * (b - a) + 5) // 10

    west_2016 = share_out(between(sum(west_2009.values()), CENSUS_2019_WEST), west_2009)
    p2016 = {c: west_2016[c] if c in WEST else between(p2009[c], p2019[c]) for c in DISTRICTS}
    assert sum(p2009.values()) == 370502 and sum(p2019.values()) == 460196
    assert sum(p2016.values()) == 433287
    census = "Population and Housing Census {}, General Statistics Office"
    straight = "estimate: straight line, 7 of 10 years from the census of 2009 to that of 2019 (generated)"
    split = "estimate: {} 157,047 of 107+108+112 split by the census of 2009 (generated)"
    source = {}
    for c in DISTRICTS:
        source[c] = {
            2009: census.format(2009) + " (division of 2012)" * (c in WEST),
            2016: straight + ("; 107+108+112 together, split by the census of 2009" if c in WEST else ""),
            2019: split.format("census 2019,") if c in WEST else census.format(2019),
        }
    source["12"] = {2009: census.format(2009), 2016: straight, 2019: census.format(2019)}
    return {2009: p2009, 2016: p2016, 2019: p2019}, source


BOUNDARY = "Boundary: schematic, generated by this project, no survey and no copy of any map. "
OFFICE = "Name and code: General Statistics Office of Viet Nam. "


def make_areas():
    new, old = parse_facts()
    cells = hexagons(sum(d[1] for d in DISTRICTS.values()))
    owner = power_diagram(cells, old, commune_areas(new, old))
    tidy(owner)
    place = smooth_corners(owner)
    persons, told = populations()

    def members(level, code):
        return sorted(c for c, o in old.items() if o[level] == code)

    def feature(level, code, name, parent, since, until, km2, people, seat, mine, note):
        geometry = polygon([c for c, o in owner.items() if o in mine], place)
        return {"type": "Feature", "properties": {
            "level": level, "code": code, "name": name, "parent": parent, "valid_from": since,
            "valid_to": until, "stated_area_km2": km2, "population": people, "seat": seat,
            "boundary_kind": "schematic", "source": BOUNDARY + OFFICE + note}, "geometry": geometry}

    commune_people = {}
    for d in DISTRICTS:
        for year in persons:
            even = share_out(persons[year][d], {c: 1 for c in members(1, d)})
            for c, n in even.items():
                commune_people.setdefault(c, {})[year] = n
    guess = "estimate: even share of the district's figure among its communes (generated)"
    features = [feature(
        "province", "12", "Tỉnh Lai Châu", None, "2004-01-01", None, PROVINCE_AREA,
        [{"year": y, "persons": sum(p.values()), "source": told["12"][y]} for y, p in persons.items()],
        list(DISTRICTS["105"][2]), set(old), "Area: statistical yearbook.")]
    for code, (name, km2, seat, _) in DISTRICTS.items():
        features.append(feature(
            "district", code, name, "12", FIRST_DAY, REFORM, km2,
            [{"year": y, "persons": p[code], "source": told[code][y]} for y, p in persons.items()],
            list(seat), set(members(1, code)),
            "Area: statistical yearbook. Valid from: start of the register's first division."))
    for code in sorted(old):
        name, district, _, _ = old[code]
        seat = list(DISTRICTS[district][2]) if SEAT_COMMUNE[district] == code else None
        features.append(feature(
            "commune", code, name, district, FIRST_DAY, REFORM, None,
            [{"year": y, "persons": n, "source": guess} for y, n in commune_people[code].items()],
            seat, {code}, "Communes as listed for 2020-2025; valid from: start of the first division."))
    for code in sorted(new):
        name, km2 = new[code]
        mine = members(2, code)
        seats = [list(DISTRICTS[d][2]) for d, c in SEAT_COMMUNE.items() if c in mine]
        assert len(seats) < 2
        features.append(feature(
            "commune", code, name, "12", REFORM, None, km2,
            [{"year": y, "persons": sum(commune_people[c][y] for c in mine),
              "source": "estimate: sum of the former communes' even shares (generated)"} for y in persons],
            seats[0] if seats else None, set(mine),
            "Area and composition: Resolution 1670/NQ-UBTVQH15 of 2025-06-16."))
    check_areas(features, persons)
    return features


def check_areas(features, persons):
    levels = defaultdict(list)
    shapes = {}
    for f in features:
        p = f["properties"]
        s = shapely.geometry.shape(f["geometry"])
        assert s.is_valid, p["code"]
        shapes[p["level"], p["code"], p["valid_from"]] = s
        levels[p["level"], p["valid_from"]].append(f)
    province = shapes["province", "12", "2004-01-01"]
    assert {k: len(v) for k, v in levels.items()} == {
        ("province", "2004-01-01"): 1, ("district", FIRST_DAY): 8,
        ("commune", FIRST_DAY): 106, ("commune", REFORM): 38}
    for (level, since), members in levels.items():
        these = [shapes[level, f["properties"]["code"], since] for f in members]
        assert shapely.coverage_is_valid(these), (level, since)
        assert shapely.union_all(these).equals(province)
        assert len(province.interiors) == 0
        for year in persons:
            assert sum(q["persons"] for f in members for q in f["properties"]["population"]
                       if q["year"] == year) == sum(persons[year].values())
    for code, (_, km2, seat, _) in DISTRICTS.items():
        s = shapes["district", code, FIRST_DAY]
        assert s.geom_type == "Polygon" and not s.interiors, code
        assert abs(true_area(s) / km2 - 1) < 0.05, (code, true_area(s))
        here = Point(to_plane(*seat))
        plane = shapely.transform(s, lambda a: np.array([to_plane(x, y) for x, y in a]))
        assert plane.contains(here) and plane.exterior.distance(here) > 0.5, code
        town = shapes["commune", SEAT_COMMUNE[code], FIRST_DAY]
        assert town.contains(Point(seat)), ("seat outside its town", code)


# ---------------------------------------------------------------- operators.json

OPERATORS = {"viettel": ("Viettel", "45204"), "vnpt": ("VNPT (VinaPhone)", "45202"),
             "mobifone": ("MobiFone", "45201"), "vietnamobile": ("Vietnamobile", "45205"),
             "gmobile": ("Gmobile", "45207")}


def make_operators():
    return [{"code": c, "name": n, "plmns": [p], "contact": None, "active": True}
            for c, (n, p) in OPERATORS.items()]


# ---------------------------------------------------------------- subscribers.ndjson

FIXED = {"2015-12-31": {"fixed_wired": 6880, "fixed_wireless": 1452, "local_wireless": 612},
         "2016-12-31": {"fixed_wired": 5962, "fixed_wireless": 1204, "local_wireless": 499}}
MOBILE = {"2015-12-31": 347518, "2016-12-31": 364742}
FIXED_SHARE = {"vnpt": 0.7, "viettel": 0.3}
MOBILE_SHARE = {"viettel": 0.52, "vnpt": 0.28, "mobifone": 0.13, "vietnamobile": 0.05, "gmobile": 0.02}
CITY_FACTOR = {"fixed": 5.0, "mobile": 1.6}  # a person in the city has more lines
SOURCE_2016 = ("Department of Information and Communications of Lai Châu, year-end report 2016 "
               "(province totals); split by {}district and operator generated")
SOURCE_2015 = "generated: comparison value, no published figure behind it"


def make_subscribers():
    persons = populations()[0][2016]
    rows = []
    for day in ("2015-12-31", "2016-12-31"):
        totals = [(s, n, FIXED_SHARE, CITY_FACTOR["fixed"]) for s, n in FIXED[day].items()]
        totals.append(("mobile", MOBILE[day], MOBILE_SHARE, CITY_FACTOR["mobile"]))
        for service, total, shares, factor in totals:
            weights = {(d, o): n * s * (factor if d == "105" else 1.0)
                       for d, n in persons.items() for o, s in shares.items()}
            told = SOURCE_2016.format("" if service == "mobile" else "service, ")
            for (d, o), n in share_out(total, weights).items():
                rows.append({"operator": o, "service": service, "area": d, "period_end": day,
                             "subscribers": n, "definition": "report_2016",
                             "source": told if day.startswith("2016") else SOURCE_2015})

    def total(day, mobile):
        return sum(r["subscribers"] for r in rows
                   if r["period_end"] == day and (r["service"] == "mobile") == mobile)

    assert total("2016-12-31", False) == 7665 and total("2016-12-31", True) == 364742
    assert 8900 <= total("2015-12-31", False) < 9000 and 340000 <= total("2015-12-31", True) < 350000
    return rows


# ---------------------------------------------------------------- sites.ndjson

# (switching vnpt, viettel; satellite vnpt, viettel; 2G radios, 3G radios, positions with both)
PLAN = {"105": (3, 2, 1, 1, 55, 47, 42), "106": (2, 1, 2, 1, 50, 32, 28),
        "107": (2, 2, 3, 1, 60, 36, 32), "108": (2, 1, 4, 1, 66, 40, 36),
        "109": (2, 2, 3, 1, 60, 37, 33), "110": (2, 1, 2, 1, 47, 31, 27),
        "111": (2, 1, 2, 1, 42, 28, 25), "112": (1, 1, 1, 1, 30, 18, 16)}
BTS_SHARE = {"viettel": 0.40, "vnpt": 0.30, "mobifone": 0.17, "vietnamobile": 0.08, "gmobile": 0.05}
PREFIX = {"viettel": "LCU", "vnpt": "VNP", "mobifone": "MBF", "vietnamobile": "VNM", "gmobile": "GMB"}
MHZ = {("viettel", "2g"): 944.0, ("vnpt", "2g"): 937.0, ("mobifone", "2g"): 954.0,
       ("vietnamobile", "2g"): 931.0, ("gmobile", "2g"): 1865.0,
       ("viettel", "3g"): 2157.0, ("vnpt", "3g"): 2117.0, ("mobifone", "3g"): 2137.0,
       ("vietnamobile", "3g"): 2147.0, ("viettel", "4g"): 1815.0, ("vnpt", "4g"): 1835.0,
       ("mobifone", "4g"): 1855.0}
LAST_DAY = {2015: "2015-12-31", 2016: "2016-12-31"}
SITE_SOURCE = ("generated: no real site; province totals of 2016-12-31 agree with the year-end report "
               "2016 of the Department of Information and Communications of Lai Châu")
NOT_COUNTED = "generated: no real site; not in service on 2016-12-31, in no published total"
SINCE_CLOSED = "generated: no real site; in service on 2015-12-31, closed in 2016"


def day_between(first, last):
    a, b = date.fromisoformat(first), date.fromisoformat(last)
    return (a + timedelta(days=RNG.randint(0, (b - a).days))).isoformat()


def terrain(x, y):
    """A smooth made-up height, so that neighbours agree; not a terrain model."""
    h = 760 + 330 * math.sin(x / 9.0 + y / 21.0) + 240 * math.cos(y / 7.0 - x / 15.0) + 1.2 * x
    return float(round(min(1900, max(210, h)) / 10) * 10)


class Ground:
    """Where sites may stand: in their district, 320 m from its border, 150 m from one another."""

    def __init__(self, features):
        self.district, self.communes, self.taken, self.name = {}, defaultdict(list), [], {}
        for f in features:
            p = f["properties"]
            self.name[p["code"], p["valid_from"]] = p["name"]
            shape = shapely.transform(shapely.geometry.shape(f["geometry"]),
                                      lambda a: np.array([to_plane(x, y) for x, y in a]))
            if p["level"] == "district":
                self.district[p["code"]] = shape.buffer(-0.32)
            elif p["level"] == "commune" and p["valid_from"] == FIRST_DAY:
                self.communes[p["parent"]].append((p["code"], shape))

    def spot(self, district, near_seat):
        """A free place: (x, y, commune). Away from the seat the best of five tries is the one
        with most room, so that sites spread over the district."""
        found = []
        while len(found) < (1 if near_seat else 5):
            if near_seat:
                cx, cy = to_plane(*DISTRICTS[district][2])
                x, y = RNG.gauss(cx, near_seat), RNG.gauss(cy, near_seat)
            else:
                shape = RNG.choice(self.communes[district])[1]
                x0, y0, x1, y1 = shape.bounds
                x, y = RNG.uniform(x0, x1), RNG.uniform(y0, y1)
                if not shape.contains(Point(x, y)):
                    continue
            room = min((math.hypot(x - a, y - b) for a, b in self.taken), default=9.0)
            if room > 0.15 and self.district[district].contains(Point(x, y)):
                found.append((room, x, y))
        _, x, y = max(found)
        self.taken.append((x, y))
        return x, y, next(c for c, s in self.communes[district] if s.intersects(Point(x, y)))


def make_radio(operator, technology, day, height, city):
    reach = {"2g": (3000, 6500), "3g": (1800, 4000), "4g": (1500, 3500)}[technology]
    if city:
        reach = (700, 1500)
    sectors, first = [], RNG.randrange(0, 120, 10)
    if RNG.random() < 0.45:
        sectors = [{"azimuth_deg": float(first + turn), "beamwidth_deg": 65.0,
                    "frequency_mhz": MHZ[operator, technology],
                    "eirp_dbm": float(RNG.choice((56, 57, 58, 59, 60))),
                    "downtilt_deg": float(RNG.choice((2, 3, 4, 5, 6)))} for turn in (0, 120, 240)]
    return {"technology": technology, "commissioned_on": day, "decommissioned_on": None,
            "antenna_height_m": float(height), "declared_radius_m": float(RNG.randrange(*reach, 100)),
            "sectors": sectors}


class Sites:
    def __init__(self, features):
        self.ground, self.rows, self.serial, self.names = Ground(features), [], {}, {}

    def add(self, operator, kind, district, near_seat=0.0, status="active", since=None, until=None,
            source=SITE_SOURCE):
        x, y, commune = self.ground.spot(district, near_seat)
        lon, lat = to_lonlat(x, y)
        letters = {"switching_station": "HOST-", "satellite_exchange": "SAT-", "bts": ""}[kind]
        key = (operator, kind)
        self.serial[key] = self.serial.get(key, 0) + 1
        full = self.ground.name[commune, FIRST_DAY]
        short = full.removeprefix("Xã ").removeprefix("Phường ").removeprefix("Thị trấn ")
        nth = self.names[key, short] = self.names.get((key, short), 0) + 1
        title = {"switching_station": "Tổng đài ", "satellite_exchange": "Tổng đài vệ tinh ", "bts": ""}
        row = {"operator": operator, "code": f"{PREFIX[operator]}-{letters}{self.serial[key]:04d}",
               "kind": kind, "name": f"{title[kind]}{short} {nth}", "status": status,
               "longitude": round(lon, 5), "latitude": round(lat, 5),
               "elevation_m": None if RNG.random() < 0.12 else terrain(x, y),
               "address": f"{full}, {DISTRICTS[district][0]}",
               "commissioned_on": since, "decommissioned_on": until}
        self.rows.append(dict(row, _district=district, source=source))
        return self.rows[-1]

    def exchange(self, operator, kind, district, since, lines=None, host=None, **more):
        row = self.add(operator, kind, district, since=since, **more)
        row["lines_in_use"], row["host"] = lines, host
        return row

    def bts(self, operator, district, radios, near_seat=0.0, **more):
        """radios: technology -> the day it came into service."""
        days = sorted(d for d in radios.values() if d)
        row = self.add(operator, "bts", district, near_seat, since=days[0] if days else None, **more)
        city = near_seat > 0 or district == "105"
        form = RNG.choice(("rooftop", "monopole", "self_supporting_tower") if city else
                          ("guyed_mast", "guyed_mast", "self_supporting_tower", "monopole"))
        height = RNG.choice({"rooftop": (18, 21, 24, 27), "monopole": (24, 30, 36),
                             "guyed_mast": (36, 42, 48), "self_supporting_tower": (36, 42, 50)}[form])
        owner, shared = operator, []
        if operator in ("vietnamobile", "gmobile") or RNG.random() < 0.15:
            others = [o for o in ("viettel", "vnpt", "mobifone") if o != operator]
            if RNG.random() < 0.6:
                owner, shared = RNG.choice(others), [operator]
            else:
                shared = [RNG.choice(others)]
        row["structure"] = {"type": form, "height_m": float(height), "owner": owner,
                            "shared_with": shared}
        row["radios"] = [make_radio(operator, t, d, height - RNG.choice((2, 3, 4)), city)
                         for t, d in sorted(radios.items())]
        for radio in row["radios"]:
            radio["decommissioned_on"] = row["decommissioned_on"]
        return row


def fill_lines(rows, subscribers):
    """The lines in use at a district's exchanges are the operator's wired subscribers there."""
    wired = {(r["area"], r["operator"]): r["subscribers"] for r in subscribers
             if r["service"] == "fixed_wired" and r["period_end"] == LAST_DAY[2016]}
    for (district, operator), total in wired.items():
        mine = {r["code"]: (3 if r["kind"] == "switching_station" else 1) * RNG.uniform(0.8, 1.2)
                for r in rows if r["_district"] == district and r["operator"] == operator
                and r["kind"] != "bts" and r["lines_in_use"] is None}
        for code, lines in share_out(total, mine).items():
            row = next(r for r in rows if r["operator"] == operator and r["code"] == code)
            row["lines_in_use"] = lines
    for r in rows:
        if r["kind"] != "bts":
            r["line_capacity"] = 64 * math.ceil(max(100, r["lines_in_use"] * RNG.uniform(1.3, 2.2)) / 64)


def make_sites(features, subscribers):
    sites = Sites(features)
    for d, (sw_vnpt, sw_viettel, sat_vnpt, sat_viettel, *_) in PLAN.items():
        hosts = {}
        for operator, n, years in (("vnpt", sw_vnpt, ("2004-03-01", "2010-12-31")),
                                   ("viettel", sw_viettel, ("2006-01-01", "2012-12-31"))):
            for i in range(n):
                new_one = (d, operator, i) == ("107", "viettel", 1)
                row = sites.exchange(operator, "switching_station", d,
                                     "2016-09-01" if new_one else day_between(*years),
                                     near_seat=0.0 if i else 0.5)
                hosts.setdefault(operator, row)
        for operator, n in (("vnpt", sat_vnpt), ("viettel", sat_viettel)):
            for _ in range(n):
                host = hosts[operator]
                sites.exchange(operator, "satellite_exchange", d, host=host["code"],
                               since=day_between(host["commissioned_on"], "2014-12-31"))
        if d == "107":  # replaced by the switching station of 2016-09-01
            sites.exchange("viettel", "satellite_exchange", d, "2013-04-15", 0,
                           hosts["viettel"]["code"], status="decommissioned", until="2016-09-01",
                           source=SINCE_CLOSED)
        if d == "108":
            sites.exchange("vnpt", "satellite_exchange", d, "2011-02-20", 0,
                           hosts["vnpt"]["code"], status="decommissioned", until="2014-06-30",
                           source=NOT_COUNTED)
    fill_lines(sites.rows, subscribers)

    spots = []  # (district, operator, technologies)
    for d, (*_, n2, n3, both) in PLAN.items():
        forms = [("2g", "3g")] * both + [("3g",)] * (n3 - both)
        RNG.shuffle(forms)
        forms += [("2g",)] * (n2 - both)  # Gmobile has 2G only: it takes from the end
        n = len(forms)
        count = share_out(n - len(BTS_SHARE), BTS_SHARE)
        for o in BTS_SHARE:  # at least one of each operator in every district
            count[o] += 1
        last = ["gmobile"] * count.pop("gmobile")
        rest = [o for o in sorted(count) for _ in range(count[o])]
        RNG.shuffle(rest)
        spots += [(d, o, f) for o, f in zip(rest + last, forms)]
    with_2g = [i for i, s in enumerate(spots) if "2g" in s[2]]
    new_2g = set(RNG.sample(with_2g, 20))
    must_3g = {i for i in new_2g if "3g" in spots[i][2]}
    others = [i for i, s in enumerate(spots) if "3g" in s[2] and i not in new_2g]
    new_3g = must_3g | set(RNG.sample(others, 59 - len(must_3g)))
    for i, (d, operator, technologies) in enumerate(spots):
        days = {}
        for t in technologies:
            if i in (new_2g if t == "2g" else new_3g):
                days[t] = day_between("2016-01-10", "2016-12-20")
            elif t == "2g":
                days[t] = day_between("2005-06-01", "2013-12-31")
            else:
                days[t] = day_between("2010-03-01", "2015-12-20")
        if len(days) == 2:
            days["3g"] = max(days.values())
        sites.bts(operator, d, days, near_seat=RNG.choice((0.0, 0.0, 0.0, 1.5)))

    for d, operator in (("107", "viettel"), ("112", "vnpt"), ("109", "mobifone")):
        sites.bts(operator, d, {"3g": None, "4g": None}, status="planned", source=NOT_COUNTED)
    for d, operator in (("108", "vnpt"), ("110", "vietnamobile")):
        sites.bts(operator, d, {"2g": "2010-08-12", "3g": "2013-05-02"}, status="suspended",
                  source=NOT_COUNTED)
    for d, operator, until in (("106", "mobifone", "2013-11-30"), ("107", "vnpt", "2014-03-31"),
                               ("111", "gmobile", "2015-10-31")):
        sites.bts(operator, d, {"2g": "2008-04-01"}, status="decommissioned", until=until,
                  source=NOT_COUNTED)
    for d, operator in (("105", "viettel"), ("107", "viettel"), ("108", "vnpt"), ("109", "viettel"),
                        ("110", "mobifone"), ("112", "vnpt")):
        sites.bts(operator, d, {"2g": (day := day_between("2017-02-01", "2017-11-30")), "3g": day},
                  source=NOT_COUNTED)
    for operator, n in (("viettel", 18), ("vnpt", 11), ("mobifone", 7)):
        able = [r for r in sites.rows if r["kind"] == "bts" and r["operator"] == operator
                and r["source"] == SITE_SOURCE and len(r["radios"]) == 2]
        for row in RNG.sample(able, n):
            city = row["_district"] == "105"
            row["radios"].append(make_radio(operator, "4g", day_between("2017-04-18", "2018-11-30"),
                                            row["radios"][0]["antenna_height_m"], city))
    check_sites(sites.rows, features)
    keys = {"bts": ("structure", "radios"),
            "switching_station": ("line_capacity", "lines_in_use"),
            "satellite_exchange": ("line_capacity", "lines_in_use", "host")}
    common = ("operator", "code", "kind", "name", "status", "longitude", "latitude", "elevation_m",
              "address", "commissioned_on", "decommissioned_on")
    return [{k: r[k] for k in common + keys[r["kind"]] + ("source",)} for r in sites.rows]


def in_service(thing, day, status="active"):
    """A closed site still counts on the days before its closing; planned and suspended never."""
    return (status in ("active", "decommissioned") and thing["commissioned_on"] is not None
            and thing["commissioned_on"] <= day
            and (thing["decommissioned_on"] is None or day < thing["decommissioned_on"]))


def tally(rows, day, district=None):
    out = defaultdict(int)
    for r in rows:
        if in_service(r, day, r["status"]) and district in (None, r["_district"]):
            out[r["kind"]] += 1
            for radio in r.get("radios", ()):
                out[radio["technology"]] += in_service(radio, day)
    return [out[k] for k in ("switching_station", "satellite_exchange", "2g", "3g", "4g")]


def check_sites(rows, features):
    assert tally(rows, LAST_DAY[2016]) == [27, 26, 410, 269, 0]
    assert tally(rows, LAST_DAY[2015]) == [26, 27, 390, 210, 0]
    assert tally(rows, LAST_DAY[2016], "105") == [5, 2, 55, 47, 0]
    assert tally(rows, "2018-12-31")[4] == 36
    now = [r for r in rows if in_service(r, LAST_DAY[2016], r["status"])]
    assert sum(r["kind"] == "bts" and r["_district"] == "105" for r in now) == 60
    for d in DISTRICTS:
        assert {r["operator"] for r in now if r["_district"] == d and r["kind"] == "bts"} == set(OPERATORS)
        for kind in ("switching_station", "satellite_exchange"):
            assert {r["operator"] for r in now if r["_district"] == d and r["kind"] == kind} == set(FIXED_SHARE)
    assert len({(r["operator"], r["code"]) for r in rows}) == len(rows)
    hosts = {(r["operator"], r["code"]): r for r in rows if r["kind"] == "switching_station"}
    for r in rows:
        if r["kind"] == "satellite_exchange":
            assert hosts[r["operator"], r["host"]]["commissioned_on"] <= r["commissioned_on"]
        if r["kind"] != "bts":
            assert 0 <= r["lines_in_use"] <= r["line_capacity"]
        for radio in r.get("radios", ()):
            assert radio["antenna_height_m"] <= r["structure"]["height_m"]
    xy = np.array([to_plane(r["longitude"], r["latitude"]) for r in rows])
    gap = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    assert gap[~np.eye(len(rows), dtype=bool)].min() > 0.1
    for f in features:
        p = f["properties"]
        if p["level"] == "district":
            shape = shapely.transform(shapely.geometry.shape(f["geometry"]),
                                      lambda a: np.array([to_plane(x, y) for x, y in a]))
            for r, at in zip(rows, xy):
                if r["_district"] == p["code"]:
                    here = Point(at)
                    assert shape.contains(here) and shape.exterior.distance(here) > 0.31, r["code"]


# ---------------------------------------------------------------- settlements.ndjson

VILLAGES = 950
PERSONS_PER_HOUSEHOLD = 4.6
VILLAGE_SOURCE = ("generated: no real village; name, position and figures are made up, persons add up to the "
                  "district's estimate for 2016")
# Syllables of a kind that place names of the region have; which of them stand together is drawn.
FIRST = {"Thái": "Nà Nậm Huổi Phiêng Noong Bó Hua Pá Co Chiềng Pắc Ten Xen Lùng".split(),
         "Mông": "Sin Lao Tả Giàng Sùng Háng Chế Séo Hô Lù Dề Mù Thèn Xá".split(),
         "Việt": "Tân Đông Hòa Phú An Trung Đồng Cẩm Vĩnh Xuân".split()}
SECOND = {"Thái": "Lằm Khoang Tấu Sắng Pheo Mạ Luông Hốc Cáy Sói Nhắt Pồng Viêng Lạn Ỏ Bon Tủm Xanh".split(),
          "Mông": "Pha Câu Chua Tráng Súa Páo Thàng Lìn Dao Phình Sáng Lử Chỉnh Giê Xang Ma Tủa Khấu".split(),
          "Việt": "Lập Thắng Tiến Sơn Hưng Minh Lợi Thành Quang Phong Thịnh Khê".split()}
PLACES = ("Khu Suối", "Khu Đồi", "Khu Trên", "Khu Dưới", "Khu Nương", "Khu Rừng", "Khu Đầu Bản", "Khu Cuối Bản")


class Villages:
    """Draws villages, by a generator of its own: what is drawn for sites stays as it is."""

    def __init__(self, features, sites):
        self.rng = random.Random(20161124)
        self.ground = Ground(features)
        self.masts = [to_plane(s["longitude"], s["latitude"]) for s in sites
                      if s["kind"] == "bts" and s["status"] == "active"]
        self.rows, self.at = [], []

    def spot(self, commune, shape):
        """A place in the commune: two thirds of the villages have a mast within some kilometres, as masts stand
        where people live; the others are anywhere."""
        inner = shape.buffer(-0.15)
        near = [m for m in self.masts if shape.contains(Point(m))]
        apart = min(0.9, 0.25 * math.sqrt(shape.area))
        for attempt in range(100_000):
            if near and self.rng.random() < 0.66:
                cx, cy = self.rng.choice(near)
                x, y = self.rng.gauss(cx, 1.6), self.rng.gauss(cy, 1.6)
            else:
                x0, y0, x1, y1 = inner.bounds
                x, y = self.rng.uniform(x0, x1), self.rng.uniform(y0, y1)
            if attempt % 200 == 199:
                apart *= 0.8  # a crowded commune
            if inner.contains(Point(x, y)) and all(math.hypot(x - a, y - b) > apart for a, b in self.at):
                self.at.append((x, y))
                return x, y
        raise AssertionError(commune)

    def name(self, is_ward, taken):
        while True:
            people = self.rng.choices(("Thái", "Mông", "Việt"), (5, 4, 8 if is_ward else 1))[0]
            prefix = "Tổ dân phố" if is_ward and people == "Việt" else "Bản"
            name = f"{prefix} {self.rng.choice(FIRST[people])} {self.rng.choice(SECOND[people])}"
            if name not in taken:
                taken.add(name)
                return name

    def clusters(self, x, y, households, province):
        """One to five clusters around the centre, which share out its households."""
        count = min(self.rng.choices((1, 2, 3, 4, 5), (3, 5, 5, 3, 1))[0], households)
        shares = share_out(households, {i: self.rng.uniform(0.5, 2.0) for i in range(count)})
        names = self.rng.sample(PLACES, count)
        found = []
        for i in range(count):
            while True:
                away, turn = self.rng.triangular(0.32, 2.45, 0.5), self.rng.uniform(0, 2 * math.pi)
                there = (x + away * math.cos(turn), y + away * math.sin(turn))
                if province.contains(Point(there)):
                    break
            lon, lat = to_lonlat(*there)
            found.append({"name": None if self.rng.random() < 0.1 else names[i],
                          "longitude": round(lon, 5), "latitude": round(lat, 5), "households": shares[i]})
        return found

    def of_district(self, district, count_of, persons, province):
        """The villages of a district; their persons add up to its own. Those far from every mast are small, and some
        of them have no power."""
        drawn = []
        for commune, shape in self.ground.communes[district]:
            is_ward, taken = self.ground.name[commune, FIRST_DAY].startswith("Phường"), set()
            for nth in range(1, count_of[commune] + 1):
                x, y = self.spot(commune, shape)
                far = min(math.hypot(x - a, y - b) for a, b in self.masts)
                weight = self.rng.uniform(0.5, 1.6) * (1.0 if far < 3 else 0.6)
                drawn.append((commune, nth, self.name(is_ward, taken), x, y, far, weight))
        shares = share_out(persons, {i: d[-1] for i, d in enumerate(drawn)})
        for i, (commune, nth, name, x, y, far, _) in enumerate(drawn):
            lon, lat = to_lonlat(x, y)
            households = max(1, round(shares[i] / PERSONS_PER_HOUSEHOLD))
            power = self.rng.random() > (0.01 if far < 2 else 0.08 if far < 4 else 0.3)
            self.rows.append({
                "code": f"B-{commune}-{nth:02d}", "name": name, "longitude": round(lon, 5),
                "latitude": round(lat, 5), "population": shares[i], "households": households,
                "has_grid_power": power, "clusters": self.clusters(x, y, households, province),
                "source": VILLAGE_SOURCE})


def make_settlements(features, sites):
    persons = populations()[0][2016]
    villages = Villages(features, sites)
    communes = {c: (d, shape) for d, members in villages.ground.communes.items() for c, shape in members}
    people = {c: p["persons"] for f in features if f["properties"]["valid_from"] == FIRST_DAY
              and f["properties"]["level"] == "commune" for c in [f["properties"]["code"]]
              for p in f["properties"]["population"] if p["year"] == 2016}
    count_of = share_out(VILLAGES, {c: math.sqrt(people[c]) * villages.rng.uniform(0.8, 1.2)
                                    for c in sorted(communes)})
    province = shapely.union_all([shape for _, shape in communes.values()]).buffer(-0.1)
    for district in DISTRICTS:
        villages.of_district(district, count_of, persons[district], province)
    rows = sorted(villages.rows, key=lambda r: r["code"])
    check_settlements(rows, communes, persons)
    return rows


def check_settlements(rows, communes, persons):
    assert len(rows) == len({r["code"] for r in rows}) == VILLAGES
    total = defaultdict(int)
    for r in rows:
        commune = r["code"].split("-")[1]
        district, shape = communes[commune]
        total[district] += r["population"]
        centre = to_plane(r["longitude"], r["latitude"])
        assert shape.contains(Point(centre)), r["code"]
        assert 1 <= len(r["clusters"]) <= 5
        assert sum(c["households"] for c in r["clusters"]) == r["households"]
        assert abs(r["households"] - r["population"] / PERSONS_PER_HOUSEHOLD) <= 1
        for c in r["clusters"]:
            away = math.dist(centre, to_plane(c["longitude"], c["latitude"]))
            assert 0.3 <= away <= 2.5, (r["code"], away)
    assert dict(total) == persons
    assert {r["code"].split("-")[1] for r in rows} == set(communes)
    assert 20 < sum(not r["has_grid_power"] for r in rows) < 200


# ---------------------------------------------------------------- writing


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def main():
    areas = make_areas()
    subscribers = make_subscribers()
    sites = make_sites(areas, subscribers)
    settlements = make_settlements(areas, sites)
    texts = {
        "operators.json": "[\n" + ",\n".join(map(line, make_operators())) + "\n]\n",
        "areas.geojson": '{"type":"FeatureCollection","features":[\n'
                         + ",\n".join(map(line, areas)) + "\n]}\n",
        "sites.ndjson": "".join(line(s) + "\n" for s in sites),
        "subscribers.ndjson": "".join(line(s) + "\n" for s in subscribers),
        "settlements.ndjson": "".join(line(s) + "\n" for s in settlements),
    }
    for name, text in texts.items():
        (HERE / name).write_bytes(text.encode())
        print(f"{name}: {len(text.encode())} bytes")
    print(f"{len(areas)} areas, {len(sites)} sites, {len(subscribers)} subscriber counts, "
          f"{len(settlements)} settlements")


if __name__ == "__main__":
    main()
