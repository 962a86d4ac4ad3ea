"""Trains `soap/data/noteworthy.json`: which candidate statements clinicians write down.

    python tools/notes/noteworthy.py --data DATA

Weak labels: a candidate counts as written when most of its content words, weighted by rarity, stand in the reference
(the note of ACI-Bench, the section text of MTS-Dialog, the clinicians' fact list of PriMock57). Cross-validated by
encounter; the printed figure is the area under the ROC curve of the held-out folds.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, "/tmp")
from clinical_language import Turn, read_consult  # noqa: E402
from clinical_language.wording import fold  # noqa: E402
from soap.narrative import Narrator, sex_of  # noqa: E402
from soap.noteworthy import features  # noqa: E402
from sub_eval import aci, primock, D

STOP = frozenset("""a an the of to in on at for with and or but is was were are be been has had have not no he she they it his her their
this that as by from who which the_patient patient him them i my me you do does did will would can could so there what when if also some any
very just really get got like them then than more about up out down all one because""".split())
ALSO = {"mother": "mum", "abdomen": "tummy"}

def content(text: str) -> list[str]:
    return [fold(w) for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in STOP]

def mts():
    for f in ('Training','Validation'):
        for row in csv.DictReader(open(D/f'mts-dialog/MTS-Dialog-{f}Set.csv')):
            turns=[]
            for line in row['dialogue'].splitlines():
                m=re.match(r"(\w+)(?:_\w+)?: ?(.*)",line)
                if m and m[2].strip():
                    who='doctor' if m[1].lower().startswith('doc') else 'patient' if m[1].lower().startswith('pat') else 'companion'
                    turns.append(Turn(who,m[2]))
            if turns: yield 'mts'+f+row['ID'],turns,row['section_text']

def encounters():
    for i,ds,t,n in aci(): yield 'a'+i,t,n,1.0
    lists={}
    for s in json.loads((D/'primock57/checklists.json').read_text()):
        lists.setdefault(s['id'],[]).extend(x['fact'] for x in s['items'] if x['label']!='i')
    for i,t in primock(D):
        if i in lists: yield 'p'+i,t,' '.join(lists[i]),2.0
    for i,t,n in mts(): yield i,t,n,0.5

def main():
    groups=[];X=[];y=[];w=[];df=Counter();raw=[]
    for g,(name,turns,ref,weight) in enumerate(encounters()):
        consult=read_consult(turns); person=sex_of(consult,'')
        r=set(content(ref)); df.update(r)
        for c in Narrator(consult,person).candidates():
            raw.append((name,c,r,weight))
    n=sum(1 for _ in {x[0] for x in raw})
    for name,c,r,weight in raw:
        ws=[x for x in set(content(' '.join(c.words)))]
        idf={x:math.log((n+1)/(df[x]+1))+0.3 for x in ws}
        tot=sum(idf.values())
        p=sum(v for x,v in idf.items() if x in r)/tot if tot else 0
        X.append({f:1.0 for f in features(c)}); y.append(p>=0.5); w.append(weight); groups.append(name)
    y=np.array(y); w=np.array(w); groups=np.array(groups)
    print(len(y), y.mean())
    counts=Counter(f for x in X for f in x)
    keep={f for f,k in counts.items() if k>=(4 if f[:2]!='b:' else 6)}
    X=[{f:v for f,v in x.items() if f in keep} for x in X]
    v=DictVectorizer(); M=v.fit_transform(X)
    names=sorted(set(groups)); rng=np.random.default_rng(0); fold_={g:k for g,k in zip(names,rng.integers(0,5,len(names)))}
    fo=np.array([fold_[g] for g in groups])
    for C in (0.03,0.1,0.3):
        out=np.zeros(len(y))
        for k in range(5):
            m=LogisticRegression(C=C,max_iter=300); m.fit(M[fo!=k],y[fo!=k],sample_weight=w[fo!=k]); out[fo==k]=m.predict_proba(M[fo==k])[:,1]
        res=[f"{p}: {roc_auc_score(y[s],out[s]):.3f} ({y[s].mean():.2f})" for p in 'apm' for s in [np.array([g[0]==p for g in groups])]]
        print(C,res)
    m=LogisticRegression(C=0.1,max_iter=300); m.fit(M,y,sample_weight=w)
    weights={n:round(float(c),3) for n,c in zip(v.get_feature_names_out(),m.coef_[0]) if abs(c)>=0.02}
    out=Path(__file__).resolve().parents[2]/'soap/data/noteworthy.json'; out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({'bias':round(float(m.intercept_[0]),3),'weights':weights},separators=(',',':'))+'\n')
    print(len(weights), out.stat().st_size)
main()
